// MATRIX_DIAG: matrices of zeros with the input's rows as diagonals. MATRIX_SET_DIAG: matrices whose
// diagonals are replaced.
#include <cstring>

#include "ops/movement.h"

namespace litewright {
namespace {

void infer_diag(InferContext& c) {
  Shape shape = c.input_shape(0);
  if (shape.empty() || dtype_size(c.input_dtype(0)) == 0)
    c.fail(c.describe_input(0), " should have a dimension");
  shape.push_back(shape.back());
  c.set_output(0, c.input_dtype(0), shape);
}

void infer_set_diag(InferContext& c) {
  const Shape& shape = c.input_shape(0);
  Shape diagonal = shape;
  if (shape.size() < 2 || dtype_size(c.input_dtype(0)) == 0)
    c.fail(c.describe_input(0), " should have two dimensions");
  const int32_t rows = shape[shape.size() - 2], columns = shape.back();
  diagonal.pop_back();
  diagonal.back() = std::min(rows, columns);
  if (c.input_shape(1) != diagonal || c.input_dtype(1) != c.input_dtype(0))
    c.fail(c.describe_input(1), " is no diagonal for ", c.describe_input(0));
  c.set_output(0, c.input_dtype(0), shape);
}

// Puts the rows of `diagonals` onto the diagonals of the output's matrices.
Status set_diagonals(RunContext& run, const uint8_t* diagonals, size_t element) {
  const Shape& shape = run.output_shape(0);
  const int64_t rows = shape[shape.size() - 2], columns = shape.back(), length = std::min(rows, columns);
  const int64_t matrices = elements_between(shape, 0, shape.size() - 2);
  for (int64_t m = 0; m < matrices; ++m) {
    uint8_t* matrix = run.out<uint8_t>(0) + m * rows * columns * element;
    for (int64_t i = 0; i < length; ++i)
      std::memcpy(matrix + i * (columns + 1) * element, diagonals + (m * length + i) * element, element);
  }
  return {};
}

Kernel prepare_diag(PrepareContext& c) {
  return [element = dtype_size(c.input_dtype(0))](RunContext& run) -> Status {
    std::memset(run.out<uint8_t>(0), 0, run.output(0).bytes);
    return set_diagonals(run, run.in<uint8_t>(0), element);
  };
}

Kernel prepare_set_diag(PrepareContext& c) {
  return [element = dtype_size(c.input_dtype(0))](RunContext& run) -> Status {
    if (run.output(0).bytes == 0) return {};
    std::memcpy(run.out<uint8_t>(0), run.in<uint8_t>(0), run.output(0).bytes);
    return set_diagonals(run, run.in<uint8_t>(1), element);
  };
}

}  // namespace

extern const OpDef kMatrixDiag, kMatrixSetDiag;
const OpDef kMatrixDiag = {.code = BuiltinOp::kMatrixDiag,
                           .inputs = {{"diagonal"}},
                           .options = &schema_of<MatrixDiagOptions>(),
                           .infer = infer_diag,
                           .prepare = prepare_diag,
                           .types = "all but string"};
const OpDef kMatrixSetDiag = {.code = BuiltinOp::kMatrixSetDiag,
                              .inputs = {{"input"}, {"diagonal"}},
                              .options = &schema_of<MatrixSetDiagOptions>(),
                              .infer = infer_set_diag,
                              .prepare = prepare_set_diag,
                              .types = "all but string"};

}  // namespace litewright
