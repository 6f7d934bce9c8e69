// Tables looked up by number.
#include "core/error.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

TensorId as_index(Lowering& layer, TensorId x) {
  const DType type = layer.dtype(x);
  return type == DType::kInt32 || type == DType::kInt64 ? x : layer.cast(x, DType::kInt32);
}

int32_t positive(Lowering& layer, const char* key) {
  const int64_t value = layer.config().integer(key);
  if (value < 1 || value > INT32_MAX) layer.config().bad(key, "positive");
  return static_cast<int32_t>(value);
}

Results lower_embedding(Lowering& layer) {
  const int32_t rows = positive(layer, "input_dim"), columns = positive(layer, "output_dim");
  const TensorId table = layer.constant(layer.weight("embeddings", {rows, columns}));
  const Argument* reverse = layer.argument("reverse");
  if (reverse != nullptr && reverse->value == true) {  // a ReversibleEmbedding on its way back
    TensorId weights = table;
    if (!layer.config().flag("tie_weights", true)) {
      weights =
          transposed_constant(layer, layer.weight("reverse_embeddings", {columns, rows}), columns, rows);
    }
    const TensorId logits = layer.dense(layer.input(), weights, kNoTensor);
    if (!layer.config().has("logit_soft_cap")) return one(logits);
    const double cap = layer.config().number("logit_soft_cap");
    return one(layer.mul(layer.tanh(layer.mul(logits, layer.f(1 / cap))), layer.f(cap)));
  }
  const TensorId ids = as_index(layer, layer.input());
  TensorId mask = kNoTensor;
  if (layer.config().flag("mask_zero", false)) {
    mask = layer.op(BuiltinOp::kNotEqual, {ids, layer.number(0, ids)}, NotEqualOptions{});
  }
  return one(layer.gather(table, ids, 0), mask);
}

}  // namespace

Rows embedding_layers() {
  static const LayerRow kRows[] = {
      {"Embedding", lower_embedding, MaskRule::kOwn},
      {"ReversibleEmbedding", lower_embedding, MaskRule::kOwn},
  };
  return kRows;
}

}  // namespace litewright::keras
