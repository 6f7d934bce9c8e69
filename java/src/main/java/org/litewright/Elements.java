package org.litewright;

import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Arrays;

/** Elements of tensors, from and to Java's arrays and buffers. */
final class Elements {
  private Elements() {}

  /** The shape of a (nested) array; null for anything else. */
  static int[] shapeOf(Object value) {
    if (value == null) throw new IllegalArgumentException("An input is null");
    if (!value.getClass().isArray()) return null;
    ArrayList<Integer> shape = new ArrayList<>();
    for (Object part = value; part != null && part.getClass().isArray(); ) {
      int length = Array.getLength(part);
      shape.add(length);
      part = length > 0 && !part.getClass().getComponentType().isPrimitive() ? Array.get(part, 0) : null;
    }
    return shape.stream().mapToInt(Integer::intValue).toArray();
  }

  /** What the native side is to copy: the value's own memory if it is a direct buffer of bytes. */
  static ByteBuffer toDirect(Object value, Tensor tensor) {
    if (value instanceof ByteBuffer && ((ByteBuffer) value).isDirect()) {
      ByteBuffer own = ((ByteBuffer) value).duplicate();
      checkSize(own.remaining(), tensor);
      return own;
    }
    ByteBuffer data = ByteBuffer.allocateDirect(tensor.numBytes()).order(ByteOrder.nativeOrder());
    if (value instanceof Buffer) {
      checkSize(((Buffer) value).remaining() * elementSize(value), tensor);
      putBuffer(data, value, tensor);
    } else if (value.getClass().isArray()) {
      checkShape(value, tensor);
      putArray(data, value, tensor);
    } else {
      throw wrongType(value, tensor);
    }
    data.rewind();
    return data;
  }

  /** Copies a tensor's elements into a buffer or a (nested) array. */
  static void fromDirect(ByteBuffer data, Object target, Tensor tensor) {
    if (target instanceof Buffer) {
      checkRoom(((Buffer) target).remaining() * elementSize(target), tensor);
      getBuffer(data, target, tensor);
    } else if (target != null && target.getClass().isArray()) {
      checkShape(target, tensor);
      getArray(data, target, tensor);
    } else {
      throw wrongType(target, tensor);
    }
  }

  static void checkRoom(int bytes, Tensor tensor) {
    if (bytes < tensor.numBytes()) checkSize(bytes, tensor);
  }

  private static void checkSize(int bytes, Tensor tensor) {
    if (bytes == tensor.numBytes()) return;
    throw new IllegalArgumentException("'" + tensor.name() + "' " + describe(tensor) + " has " + tensor.numBytes()
        + " bytes and the buffer has " + bytes);
  }

  private static void checkShape(Object array, Tensor tensor) {
    int[] shape = shapeOf(array);
    boolean scalar = tensor.numDimensions() == 0 && Arrays.equals(shape, new int[] {1});
    if (scalar || Arrays.equals(shape, tensor.shape())) return;
    throw new IllegalArgumentException(
        "'" + tensor.name() + "' " + describe(tensor) + " does not fit an array of shape " + Arrays.toString(shape));
  }

  private static String describe(Tensor tensor) {
    return tensor.dataType() + Arrays.toString(tensor.shape());
  }

  private static IllegalArgumentException wrongType(Object value, Tensor tensor) {
    String type = value == null ? "null" : value.getClass().getSimpleName();
    return new IllegalArgumentException("'" + tensor.name() + "' " + describe(tensor) + " cannot be " + type);
  }

  private static int elementSize(Object buffer) {
    if (buffer instanceof ByteBuffer) return 1;
    if (buffer instanceof ShortBuffer) return 2;
    return buffer instanceof FloatBuffer || buffer instanceof IntBuffer ? 4 : 8;
  }

  private static void putBuffer(ByteBuffer data, Object from, Tensor tensor) {
    DataType type = tensor.dataType();
    if (from instanceof ByteBuffer) data.put(((ByteBuffer) from).duplicate());
    else if (from instanceof FloatBuffer && type == DataType.FLOAT32) data.asFloatBuffer().put(((FloatBuffer) from).duplicate());
    else if (from instanceof DoubleBuffer && type == DataType.FLOAT64) data.asDoubleBuffer().put(((DoubleBuffer) from).duplicate());
    else if (from instanceof IntBuffer && type == DataType.INT32) data.asIntBuffer().put(((IntBuffer) from).duplicate());
    else if (from instanceof LongBuffer && type == DataType.INT64) data.asLongBuffer().put(((LongBuffer) from).duplicate());
    else if (from instanceof ShortBuffer && type == DataType.INT16) data.asShortBuffer().put(((ShortBuffer) from).duplicate());
    else throw wrongType(from, tensor);
  }

  private static void getBuffer(ByteBuffer data, Object to, Tensor tensor) {
    DataType type = tensor.dataType();
    if (to instanceof ByteBuffer) ((ByteBuffer) to).put(data);
    else if (to instanceof FloatBuffer && type == DataType.FLOAT32) ((FloatBuffer) to).put(data.asFloatBuffer());
    else if (to instanceof DoubleBuffer && type == DataType.FLOAT64) ((DoubleBuffer) to).put(data.asDoubleBuffer());
    else if (to instanceof IntBuffer && type == DataType.INT32) ((IntBuffer) to).put(data.asIntBuffer());
    else if (to instanceof LongBuffer && type == DataType.INT64) ((LongBuffer) to).put(data.asLongBuffer());
    else if (to instanceof ShortBuffer && type == DataType.INT16) ((ShortBuffer) to).put(data.asShortBuffer());
    else throw wrongType(to, tensor);
  }

  private static boolean isByteType(DataType type) {
    return type == DataType.INT8 || type == DataType.UINT8;
  }

  private static void putArray(ByteBuffer data, Object array, Tensor tensor) {
    DataType type = tensor.dataType();
    if (array instanceof Object[]) {
      Object[] rows = (Object[]) array;
      for (Object row : rows) {
        if (row == null || row.getClass() != rows[0].getClass() || Array.getLength(row) != Array.getLength(rows[0])) {
          throw new IllegalArgumentException("'" + tensor.name() + "' needs an array with rows of equal lengths");
        }
        putArray(data, row, tensor);
      }
    } else if (array instanceof float[] && type == DataType.FLOAT32) {
      for (float element : (float[]) array) data.putFloat(element);
    } else if (array instanceof double[] && type == DataType.FLOAT64) {
      for (double element : (double[]) array) data.putDouble(element);
    } else if (array instanceof int[] && type == DataType.INT32) {
      for (int element : (int[]) array) data.putInt(element);
    } else if (array instanceof long[] && type == DataType.INT64) {
      for (long element : (long[]) array) data.putLong(element);
    } else if (array instanceof short[] && type == DataType.INT16) {
      for (short element : (short[]) array) data.putShort(element);
    } else if (array instanceof byte[] && isByteType(type)) {
      data.put((byte[]) array);
    } else if (array instanceof boolean[] && type == DataType.BOOL) {
      for (boolean element : (boolean[]) array) data.put((byte) (element ? 1 : 0));
    } else {
      throw wrongType(array, tensor);
    }
  }

  private static void getArray(ByteBuffer data, Object array, Tensor tensor) {
    DataType type = tensor.dataType();
    if (array instanceof Object[]) {
      for (Object row : (Object[]) array) getArray(data, row, tensor);
    } else if (array instanceof float[] && type == DataType.FLOAT32) {
      float[] to = (float[]) array;
      for (int i = 0; i < to.length; i++) to[i] = data.getFloat();
    } else if (array instanceof double[] && type == DataType.FLOAT64) {
      double[] to = (double[]) array;
      for (int i = 0; i < to.length; i++) to[i] = data.getDouble();
    } else if (array instanceof int[] && type == DataType.INT32) {
      int[] to = (int[]) array;
      for (int i = 0; i < to.length; i++) to[i] = data.getInt();
    } else if (array instanceof long[] && type == DataType.INT64) {
      long[] to = (long[]) array;
      for (int i = 0; i < to.length; i++) to[i] = data.getLong();
    } else if (array instanceof short[] && type == DataType.INT16) {
      short[] to = (short[]) array;
      for (int i = 0; i < to.length; i++) to[i] = data.getShort();
    } else if (array instanceof byte[] && isByteType(type)) {
      data.get((byte[]) array);
    } else if (array instanceof boolean[] && type == DataType.BOOL) {
      boolean[] to = (boolean[]) array;
      for (int i = 0; i < to.length; i++) to[i] = data.get() != 0;
    } else {
      throw wrongType(array, tensor);
    }
  }
}
