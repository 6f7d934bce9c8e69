package org.litewright.examples;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.DataInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.BufferedInputStream;
import javax.imageio.ImageIO;
import org.litewright.Interpreter;

/**
 * Says which digit a picture shows: a drawing in any format that ImageIO reads, dark on light or light on dark, or every
 * picture of an IDX file as MNIST's are.
 */
public final class DigitClassifier {
  private static final int SIZE = 28;

  private DigitClassifier() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: DigitClassifier MODEL.tflite PICTURE");
      System.exit(2);
    }
    File picture = new File(arguments[1]);
    try (Interpreter interpreter = new Interpreter(new File(arguments[0]), new Interpreter.Options().setNumThreads(2))) {
      BufferedImage drawing = ImageIO.read(picture);
      if (drawing != null) {
        classify(interpreter, pixels(drawing));
      } else {
        classifyAll(interpreter, picture);
      }
    }
  }

  /** `pixels` from 0 to 1, the digit light on a dark ground. */
  private static void classify(Interpreter interpreter, float[][] pixels) {
    float[][] scores = new float[1][10];
    interpreter.run(new float[][][] {pixels}, scores);
    int best = 0;
    for (int digit = 1; digit < 10; digit++) {
      if (scores[0][digit] > scores[0][best]) best = digit;
    }
    System.out.println("Prediction Result: " + best);
    System.out.println("Confidence: " + scores[0][best]);
  }

  private static void classifyAll(Interpreter interpreter, File idx) throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(idx)))) {
      if (in.readInt() != 0x803) throw new IOException(idx + " is neither a picture nor an IDX file of pictures");
      int count = in.readInt();
      if (in.readInt() != SIZE || in.readInt() != SIZE) throw new IOException(idx + " has pictures of another size");
      float[][] pixels = new float[SIZE][SIZE];
      for (int i = 0; i < count; i++) {
        for (float[] row : pixels) {
          for (int x = 0; x < SIZE; x++) row[x] = in.readUnsignedByte() / 255.0f;
        }
        classify(interpreter, pixels);
      }
    }
  }

  private static float[][] pixels(BufferedImage drawing) {
    BufferedImage small = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = small.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(drawing, 0, 0, SIZE, SIZE, java.awt.Color.WHITE, null);
    graphics.dispose();
    float[][] pixels = new float[SIZE][SIZE];
    float sum = 0;
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        pixels[y][x] = small.getRaster().getSample(x, y, 0) / 255.0f;
        sum += pixels[y][x];
      }
    }
    if (sum < SIZE * SIZE / 2.0f) return pixels;
    for (float[] row : pixels) {
      for (int x = 0; x < SIZE; x++) row[x] = 1 - row[x];
    }
    return pixels;
  }
}
