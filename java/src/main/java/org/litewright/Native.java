package org.litewright;

import java.nio.ByteBuffer;

/** The calls into the native library. Failures are IllegalArgumentException or IllegalStateException. */
final class Native {
  static {
    String path = System.getProperty("litewright.library");
    if (path != null) {
      System.load(path);
    } else {
      System.loadLibrary("litewright_jni");
    }
  }

  private Native() {}

  /** Either of `path` and `model`, a direct buffer that must stay until {@link #close}. */
  static native long open(String path, ByteBuffer model, int numThreads);

  static native void close(long handle);

  static native int count(long handle, boolean input);

  static native String name(long handle, boolean input, int index);

  static native int[] shape(long handle, boolean input, int index);

  static native int dataType(long handle, boolean input, int index);

  /** Scale and zero point. */
  static native double[] quantization(long handle, boolean input, int index);

  static native void resizeInput(long handle, int index, int[] shape);

  static native void allocate(long handle);

  /** Copies `bytes` bytes of a direct buffer from `offset` on into an input. */
  static native void setInput(long handle, int index, ByteBuffer data, int offset, int bytes);

  static native void getOutput(long handle, int index, ByteBuffer data, int offset, int bytes);

  static native void invoke(long handle);
}
