package org.litewright;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** add.tflite: inputs a and b [n, 3], outputs a + b and a. integers.tflite: twice = n + n, int32 [2]. */
class InterpreterTest {
  private static final float[][] A = {{1, 2, 3}};
  private static final float[][] B = {{10, 20, 30}};
  private static final float[][] SUM = {{11, 22, 33}};

  private static File file(String name) {
    return new File("src/test/resources/" + name);
  }

  private static Interpreter open(String name) {
    return new Interpreter(file(name), new Interpreter.Options().setNumThreads(2));
  }

  private static float[][] sum(Interpreter interpreter, Object a, Object b, int rows) {
    float[][] sum = new float[rows][3];
    interpreter.runForMultipleInputsOutputs(new Object[] {a, b}, Map.of(0, sum));
    return sum;
  }

  @Test
  void tensorsAreDescribed() {
    try (Interpreter interpreter = open("add.tflite")) {
      assertEquals(2, interpreter.getInputTensorCount());
      assertEquals(2, interpreter.getOutputTensorCount());
      Tensor b = interpreter.getInputTensor(1);
      assertEquals("b", b.name());
      assertEquals(DataType.FLOAT32, b.dataType());
      assertArrayEquals(new int[] {1, 3}, b.shape());
      assertEquals(12, b.numBytes());
      assertEquals("sum", interpreter.getOutputTensor(0).name());
      assertEquals(0, b.scale());
    }
  }

  @Test
  void modelsComeFromFilesAndBuffers() throws Exception {
    byte[] bytes = Files.readAllBytes(file("add.tflite").toPath());
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes);
    direct.flip();
    MappedByteBuffer mapped;
    try (RandomAccessFile opened = new RandomAccessFile(file("add.tflite"), "r")) {
      mapped = opened.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, bytes.length);
    }
    for (ByteBuffer model : new ByteBuffer[] {ByteBuffer.wrap(bytes), direct, mapped}) {
      try (Interpreter interpreter = new Interpreter(model, new Interpreter.Options().setNumThreads(2))) {
        assertArrayEquals(SUM, sum(interpreter, A, B, 1));
      }
    }
    try (Interpreter interpreter = new Interpreter(file("add.tflite"))) {
      assertArrayEquals(SUM, sum(interpreter, A, B, 1));
    }
  }

  @Test
  void outputsComeByIndex() {
    try (Interpreter interpreter = open("add.tflite")) {
      float[][] sum = new float[1][3];
      float[][] same = new float[1][3];
      Map<Integer, Object> outputs = new HashMap<>();
      outputs.put(0, sum);
      outputs.put(1, same);
      interpreter.runForMultipleInputsOutputs(new Object[] {A, B}, outputs);
      assertArrayEquals(SUM, sum);
      assertArrayEquals(A, same);
    }
  }

  @Test
  void buffersWorkAsArraysDo() {
    ByteBuffer direct = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
    ByteBuffer heap = ByteBuffer.allocate(12).order(ByteOrder.nativeOrder());
    for (float value : A[0]) {
      direct.putFloat(value);
      heap.putFloat(value);
    }
    direct.flip();
    heap.flip();
    FloatBuffer floats = FloatBuffer.wrap(B[0]);
    try (Interpreter interpreter = open("add.tflite")) {
      assertArrayEquals(SUM, sum(interpreter, direct, floats, 1));
      assertArrayEquals(SUM, sum(interpreter, heap, B, 1));
      ByteBuffer out = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
      FloatBuffer same = FloatBuffer.allocate(3);
      interpreter.runForMultipleInputsOutputs(new Object[] {direct, floats}, Map.of(0, out, 1, same));
      assertEquals(12, out.position());
      assertEquals(33, out.getFloat(8));
      assertArrayEquals(A[0], same.array());
    }
  }

  @Test
  void arraysOfAnotherShapeResizeInputs() {
    try (Interpreter interpreter = open("add.tflite")) {
      float[][] two = {{1, 2, 3}, {4, 5, 6}};
      assertArrayEquals(new float[][] {{2, 4, 6}, {8, 10, 12}}, sum(interpreter, two, two, 2));
      interpreter.resizeInput(0, new int[] {1, 3});
      interpreter.resizeInput(1, new int[] {1, 3});
      assertArrayEquals(new int[] {1, 3}, interpreter.getOutputTensor(0).shape());
      assertArrayEquals(SUM, sum(interpreter, A, B, 1));
    }
  }

  @Test
  void integersRun() {
    try (Interpreter interpreter = open("integers.tflite")) {
      int[] twice = new int[2];
      interpreter.run(new int[] {3, -4}, twice);
      assertArrayEquals(new int[] {6, -8}, twice);
    }
  }

  @Test
  void mistakesAreExplained() {
    try (Interpreter interpreter = open("add.tflite")) {
      IllegalArgumentException error =
          assertThrows(IllegalArgumentException.class, () -> sum(interpreter, new int[1][3], B, 1));
      assertTrue(error.getMessage().contains("'a' FLOAT32[1, 3] cannot be int[]"), error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> sum(interpreter, A, B, 2));
      assertThrows(IllegalArgumentException.class, () -> sum(interpreter, new float[][] {{1, 2, 3}, {1}}, B, 2));
      assertThrows(IllegalArgumentException.class, () -> sum(interpreter, FloatBuffer.allocate(2), B, 1));
      assertThrows(IllegalArgumentException.class, () -> interpreter.run(A, A));
      assertThrows(IllegalArgumentException.class, () -> interpreter.getInputTensor(2));
      assertThrows(IllegalArgumentException.class, () -> interpreter.resizeInput(0, new int[] {-1}));
      interpreter.resizeInput(0, new int[] {1, 3});
      interpreter.resizeInput(1, new int[] {1, 3});
      assertArrayEquals(SUM, sum(interpreter, A, B, 1));
    }
    assertThrows(IllegalArgumentException.class, () -> new Interpreter(file("none.tflite")));
    assertThrows(IllegalArgumentException.class, () -> new Interpreter(ByteBuffer.allocate(100)));
    IllegalArgumentException threads = assertThrows(IllegalArgumentException.class,
        () -> new Interpreter(file("add.tflite"), new Interpreter.Options().setNumThreads(0)));
    assertTrue(threads.getMessage().contains("num_threads"), threads.getMessage());
  }

  @Test
  void closedInterpretersRefuse() {
    Interpreter interpreter = open("add.tflite");
    Tensor tensor = interpreter.getInputTensor(0);
    interpreter.close();
    interpreter.close();
    assertThrows(IllegalStateException.class, tensor::shape);
    assertThrows(IllegalStateException.class, () -> sum(interpreter, A, B, 1));
  }
}
