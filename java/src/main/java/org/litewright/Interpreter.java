package org.litewright;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Runs a .tflite model. An interpreter serves one thread at a time.
 *
 * <pre>
 * try (Interpreter interpreter = new Interpreter(new File("digits.tflite"))) {
 *   float[][] scores = new float[1][10];
 *   interpreter.run(picture, scores); // picture: float[1][28][28]
 * }
 * </pre>
 *
 * Failures are IllegalArgumentException for what the caller passes or the model holds, and IllegalStateException for what
 * goes wrong while the interpreter runs or after it was closed.
 */
public final class Interpreter implements AutoCloseable {
  /** How an interpreter runs. */
  public static final class Options {
    private int numThreads = 1;

    /** How many threads operators may use; 1 unless set. */
    public Options setNumThreads(int numThreads) {
      this.numThreads = numThreads;
      return this;
    }

    public int getNumThreads() {
      return numThreads;
    }
  }

  private long handle;
  private final ByteBuffer model; // the native side reads it
  private boolean allocated = false;

  public Interpreter(File modelFile) {
    this(modelFile, new Options());
  }

  public Interpreter(File modelFile, Options options) {
    model = null;
    handle = Native.open(modelFile.getPath(), null, options.getNumThreads());
  }

  /** A direct buffer (a MappedByteBuffer is one) must not change while the interpreter lives; others are copied. */
  public Interpreter(ByteBuffer model) {
    this(model, new Options());
  }

  public Interpreter(ByteBuffer model, Options options) {
    this.model = model.isDirect() ? model.duplicate() : copy(model);
    handle = Native.open(null, this.model.slice(), options.getNumThreads());
  }

  private static ByteBuffer copy(ByteBuffer buffer) {
    ByteBuffer direct = ByteBuffer.allocateDirect(buffer.remaining());
    direct.put(buffer.duplicate());
    direct.flip();
    return direct;
  }

  public int getInputTensorCount() {
    return Native.count(handle(), true);
  }

  public int getOutputTensorCount() {
    return Native.count(handle(), false);
  }

  public Tensor getInputTensor(int index) {
    allocateTensors();
    return new Tensor(this, true, index);
  }

  public Tensor getOutputTensor(int index) {
    allocateTensors();
    return new Tensor(this, false, index);
  }

  /** Gives an input another shape. Outputs follow with the next {@link #allocateTensors} or run. */
  public void resizeInput(int index, int[] shape) {
    Native.resizeInput(handle(), index, shape);
    allocated = false;
  }

  /** Called by run when it is needed. */
  public void allocateTensors() {
    if (allocated) return;
    Native.allocate(handle());
    allocated = true;
  }

  /**
   * Runs a model with one input and one output: each a Buffer (which is taken from its position on; direct ones are
   * fastest; a ByteBuffer's order should be the machine's), an array of the tensor's element type, nested as deep as the
   * tensor has dimensions, or for scalars an array of one element. An input array of another shape resizes the input.
   */
  public void run(Object input, Object output) {
    runForMultipleInputsOutputs(new Object[] {input}, Map.of(0, output));
  }

  /** As {@link #run}, for all inputs in order, and outputs by index; outputs that are not asked for are left out. */
  public void runForMultipleInputsOutputs(Object[] inputs, Map<Integer, Object> outputs) {
    if (inputs.length != getInputTensorCount()) {
      throw new IllegalArgumentException(
          "The model has " + getInputTensorCount() + " inputs and is given " + inputs.length);
    }
    for (int i = 0; i < inputs.length; i++) {
      int[] shape = Elements.shapeOf(inputs[i]);
      if (shape != null && !java.util.Arrays.equals(shape, getInputTensor(i).shape())) resizeInput(i, shape);
    }
    allocateTensors();
    for (int i = 0; i < inputs.length; i++) {
      Tensor tensor = getInputTensor(i);
      ByteBuffer data = Elements.toDirect(inputs[i], tensor);
      Native.setInput(handle(), i, data, data.position(), data.remaining());
    }
    Native.invoke(handle());
    for (Map.Entry<Integer, Object> entry : outputs.entrySet()) {
      Tensor tensor = getOutputTensor(entry.getKey());
      Object target = entry.getValue();
      if (target instanceof ByteBuffer && ((ByteBuffer) target).isDirect()) {
        ByteBuffer buffer = (ByteBuffer) target;
        Elements.checkRoom(buffer.remaining(), tensor);
        Native.getOutput(handle(), entry.getKey(), buffer, buffer.position(), tensor.numBytes());
        buffer.position(buffer.position() + tensor.numBytes());
        continue;
      }
      ByteBuffer data = ByteBuffer.allocateDirect(tensor.numBytes()).order(ByteOrder.nativeOrder());
      Native.getOutput(handle(), entry.getKey(), data, 0, tensor.numBytes());
      Elements.fromDirect(data, target, tensor);
    }
  }

  /** Frees the native side; every later call fails. */
  @Override
  public void close() {
    if (handle == 0) return;
    Native.close(handle);
    handle = 0;
  }

  long handle() {
    if (handle == 0) throw new IllegalStateException("The interpreter is closed");
    return handle;
  }
}
