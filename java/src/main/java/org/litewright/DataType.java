package org.litewright;

/** Element types of tensors, numbered as the .tflite format numbers them. */
public enum DataType {
  FLOAT32(4), FLOAT16(2), INT32(4), UINT8(1), INT64(8), STRING(0), BOOL(1), INT16(2), COMPLEX64(8), INT8(1),
  FLOAT64(8), COMPLEX128(16), UINT64(8), RESOURCE(4), VARIANT(0), UINT32(4), UINT16(2), INT4(1), BFLOAT16(2), INT2(1),
  UINT4(1), FLOAT8_E4M3FN(1), FLOAT8_E5M2(1);

  private static final DataType[] VALUES = values();
  private final int byteSize;

  DataType(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Bytes of one element in memory; 0 for types without a fixed size. */
  public int byteSize() {
    return byteSize;
  }

  static DataType of(int number) {
    return VALUES[number];
  }
}
