package org.litewright;

/** A look at an input or output of an {@link Interpreter}, which must not be closed. */
public final class Tensor {
  private final Interpreter interpreter;
  private final boolean input;
  private final int index;

  Tensor(Interpreter interpreter, boolean input, int index) {
    this.interpreter = interpreter;
    this.input = input;
    this.index = index;
    Native.name(interpreter.handle(), input, index); // refuses an index that does not exist
  }

  public int index() {
    return index;
  }

  public String name() {
    return Native.name(interpreter.handle(), input, index);
  }

  /** The extents, outermost first. */
  public int[] shape() {
    return Native.shape(interpreter.handle(), input, index);
  }

  public int numDimensions() {
    return shape().length;
  }

  public int numElements() {
    int count = 1;
    for (int extent : shape()) count *= extent;
    return count;
  }

  public DataType dataType() {
    return DataType.of(Native.dataType(interpreter.handle(), input, index));
  }

  /** Bytes of all elements in memory. */
  public int numBytes() {
    return numElements() * dataType().byteSize();
  }

  /** The scale of a tensor quantized as a whole: real = scale * (stored - zeroPoint); 0 if it is not. */
  public float scale() {
    return (float) Native.quantization(interpreter.handle(), input, index)[0];
  }

  /** See {@link #scale}. */
  public int zeroPoint() {
    return (int) Native.quantization(interpreter.handle(), input, index)[1];
  }
}
