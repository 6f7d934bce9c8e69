#include "tflite/writer.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <thread>

#include "core/error.h"
#include "core/memory.h"
#include "core/thread_pool.h"
#include "tflite/file_layout.h"
#include "tflite/option_tables.h"
#include "tflite/output_file.h"
#include "tflite_generated.h"

namespace litewright {
namespace {

template <class T>
using Offset = flatbuffers::Offset<T>;
template <class T>
using VectorOffset = Offset<flatbuffers::Vector<T>>;

constexpr uint32_t kSchemaVersion = 3;
constexpr size_t kAlignment = 16;
constexpr uint64_t kUnplaced = 16;  // stands for an offset that is not known yet, to learn the tables' size

uint64_t align(uint64_t position) { return (position + kAlignment - 1) / kAlignment * kAlignment; }

// Data from this size on is not copied into the tables; a gap is left for it.
constexpr size_t kGap = 4096;

// Readers take what lies outside only if it has more than one byte.
bool goes_outside(const Bytes& data) { return data.size() > 1; }

// Builds the tables of one file. Called twice when data goes behind the tables: first to learn where they
// end.
class TableBuilder {
 public:
  // `outside_base`: 0 if data is inside, else the file position of the first data behind the tables.
  TableBuilder(const Graph& graph, const FileLayout& layout, uint64_t outside_base, size_t expected_bytes)
      : graph_(graph), layout_(layout), next_outside_(outside_base), builder_(expected_bytes) {}

  // The tables and the data inside them, in pieces that follow each other.
  std::vector<Bytes> build() {
    std::vector<Offset<fb::Buffer>> buffers;
    for (size_t i = 0; i < layout_.buffers.size(); ++i) buffers.push_back(build_buffer(i));
    std::vector<Offset<fb::SubGraph>> subgraphs;
    for (size_t i = 0; i < graph_.subgraphs.size(); ++i) subgraphs.push_back(build_subgraph(i));
    std::vector<Offset<fb::OperatorCode>> codes;
    for (const auto& code : layout_.codes) codes.push_back(build_operator_code(code));
    std::vector<Offset<fb::SignatureDef>> signatures;
    for (const Signature& signature : graph_.signatures) signatures.push_back(build_signature(signature));
    std::vector<Offset<fb::Metadata>> metadata;
    for (const auto& entry : layout_.metadata) {
      metadata.push_back(fb::CreateMetadata(builder_, text(entry.name), entry.buffer));
    }
    const auto code_vector = builder_.CreateVector(codes);
    const auto subgraph_vector = builder_.CreateVector(subgraphs);
    const auto description = optional_text(graph_.description);
    const auto buffer_vector = builder_.CreateVector(buffers);
    const auto metadata_vector = optional(metadata);
    const auto signature_vector = optional(signatures);
    fb::FinishModelBuffer(builder_,
                          fb::CreateModel(builder_, kSchemaVersion, code_vector, subgraph_vector, description,
                                          buffer_vector, 0, metadata_vector, signature_vector));
    auto tables = std::make_shared<flatbuffers::DetachedBuffer>(builder_.Release());
    const Bytes whole(tables, tables->data(), tables->size());
    std::vector<Bytes> pieces;
    size_t position = 0;
    for (auto gap = gaps_.rbegin(); gap != gaps_.rend(); ++gap) {
      const size_t begin = whole.size() - gap->from_end;
      pieces.push_back(whole.slice(position, begin - position));
      pieces.push_back(gap->data);
      position = begin + gap->data.size();
    }
    pieces.push_back(whole.slice(position, whole.size() - position));
    return pieces;
  }

  // What goes behind the tables, in order, each aligned.
  const std::vector<Bytes>& outside() const { return outside_; }

 private:
  Offset<flatbuffers::String> text(const std::string& value) { return builder_.CreateString(value); }
  Offset<flatbuffers::String> optional_text(const std::string& value) {
    return value.empty() ? 0 : text(value);
  }
  template <class T>
  VectorOffset<T> optional(const std::vector<T>& values) {
    if (values.empty()) return 0;
    return builder_.CreateVector(values);
  }
  // Equal vectors (shapes; zero points, which are all zero for symmetric weights) are written once.
  template <class T>
  VectorOffset<T> shared(const std::vector<T>& values, std::map<std::vector<T>, VectorOffset<T>>& written) {
    const auto [entry, added] = written.try_emplace(values);
    if (added) entry->second = builder_.CreateVector(values);
    return entry->second;
  }
  VectorOffset<uint8_t> bytes(const Bytes& data) {
    builder_.ForceVectorAlignment(data.size(), 1, kAlignment);
    if (data.size() < kGap) return builder_.CreateVector(data.data(), data.size());
    uint8_t* unused = nullptr;
    const auto vector = builder_.CreateUninitializedVector<uint8_t>(data.size(), &unused);
    gaps_.push_back({vector.o - sizeof(flatbuffers::uoffset_t), data});  // behind the vector's length
    return vector;
  }
  // The file position of data put behind the tables.
  uint64_t put_outside(const Bytes& data) {
    const uint64_t position = next_outside_;
    outside_.push_back(data);
    next_outside_ = align(position + data.size());
    return position;
  }
  bool outside_mode() const { return next_outside_ != 0; }

  bool is_metadata(size_t buffer) const {
    return !layout_.metadata.empty() && buffer >= layout_.metadata[0].buffer;
  }

  Offset<fb::Buffer> build_buffer(size_t i) {
    const FileLayout::Buffer& buffer = layout_.buffers[i];
    if (!buffer.present) return fb::CreateBuffer(builder_);
    if (outside_mode() && goes_outside(buffer.data) && !is_metadata(i)) {
      return fb::CreateBuffer(builder_, 0, put_outside(buffer.data), buffer.data.size());
    }
    return fb::CreateBuffer(builder_, bytes(buffer.data));
  }

  Offset<fb::OperatorCode> build_operator_code(const FileLayout::OperatorCode& code) {
    const auto number = static_cast<int32_t>(code.code);
    const auto custom = optional_text(code.custom_code);
    return fb::CreateOperatorCode(builder_, static_cast<int8_t>(std::min(number, 127)), custom, code.version,
                                  static_cast<fb::BuiltinOperator>(number));
  }

  Offset<fb::QuantizationParameters> build_quantization(const Quantization& q) {
    auto type = fb::QuantizationDetails::NONE;
    Offset<void> details;
    if (!q.custom.empty()) {
      type = fb::QuantizationDetails::CustomQuantization;
      details = fb::CreateCustomQuantization(builder_, bytes(q.custom)).Union();
    } else if (!q.block_axes.empty()) {
      type = fb::QuantizationDetails::MultiAxisQuantization;
      details = fb::CreateMultiAxisQuantization(builder_, q.block_scales, q.block_zero_points, q.block_size,
                                                builder_.CreateVector(q.block_axes))
                    .Union();
    } else if (q.block_size > 0) {
      type = fb::QuantizationDetails::BlockwiseQuantization;
      details = fb::CreateBlockwiseQuantization(builder_, q.block_scales, q.block_zero_points, q.block_size,
                                                optional(q.block_shape))
                    .Union();
    }
    const auto min = optional(q.min), max = optional(q.max), scale = optional(q.scale);
    const auto zero_point = q.zero_point.empty() ? 0 : shared(q.zero_point, zero_points_);
    return fb::CreateQuantizationParameters(builder_, min, max, scale, zero_point, type, details, q.axis);
  }

  // In the narrowest of the three types that holds all values.
  std::pair<fb::SparseIndexVector, Offset<void>> build_indices(const std::vector<int32_t>& values) {
    const int32_t highest = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
    if (highest < 256) {
      const std::vector<uint8_t> narrow(values.begin(), values.end());
      return {fb::SparseIndexVector::Uint8Vector,
              fb::CreateUint8Vector(builder_, builder_.CreateVector(narrow)).Union()};
    }
    if (highest < 65536) {
      const std::vector<uint16_t> narrow(values.begin(), values.end());
      return {fb::SparseIndexVector::Uint16Vector,
              fb::CreateUint16Vector(builder_, builder_.CreateVector(narrow)).Union()};
    }
    return {fb::SparseIndexVector::Int32Vector,
            fb::CreateInt32Vector(builder_, builder_.CreateVector(values)).Union()};
  }

  Offset<fb::SparsityParameters> build_sparsity(const Sparsity& sparsity) {
    if (!sparsity.present()) return 0;
    std::vector<Offset<fb::DimensionMetadata>> dimensions;
    for (const Sparsity::Dimension& dimension : sparsity.dimensions) {
      if (!dimension.sparse) {
        dimensions.push_back(
            fb::CreateDimensionMetadata(builder_, fb::DimensionType::DENSE, dimension.dense_size));
        continue;
      }
      const auto [segments_type, segments] = build_indices(dimension.segments);
      const auto [indices_type, indices] = build_indices(dimension.indices);
      dimensions.push_back(fb::CreateDimensionMetadata(builder_, fb::DimensionType::SPARSE_CSR,
                                                       dimension.dense_size, segments_type, segments,
                                                       indices_type, indices));
    }
    const auto order = builder_.CreateVector(sparsity.traversal_order);
    const auto blocks = optional(sparsity.block_map);
    return fb::CreateSparsityParameters(builder_, order, blocks, builder_.CreateVector(dimensions));
  }

  Offset<fb::Tensor> build_tensor(const Tensor& tensor, uint32_t buffer) {
    Shape shape = tensor.shape;
    const bool dynamic = !is_static(shape);
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] < 0) shape[i] = i < tensor.initial_shape.size() ? tensor.initial_shape[i] : 1;
    }
    std::vector<Offset<fb::VariantSubType>> variants;
    for (const VariantType& variant : tensor.variant_types) {
      variants.push_back(fb::CreateVariantSubType(builder_, builder_.CreateVector(variant.shape),
                                                  static_cast<fb::TensorType>(variant.dtype),
                                                  variant.has_rank));
    }
    const auto shape_vector = shared(shape, shapes_);
    const auto name = text(tensor.name);
    const auto quantization = build_quantization(tensor.quantization);
    const auto sparsity = build_sparsity(tensor.sparsity);
    const auto signature = dynamic ? shared(tensor.shape, shapes_) : 0;
    const auto variant_vector = optional(variants);
    return fb::CreateTensor(builder_, shape_vector, static_cast<fb::TensorType>(tensor.dtype), buffer, name,
                            quantization, tensor.is_variable, sparsity, signature, tensor.has_rank,
                            variant_vector);
  }

  Offset<fb::Operator> build_operator(const Operator& op, uint32_t code) {
    const auto inputs = builder_.CreateVector(op.inputs), outputs = builder_.CreateVector(op.outputs);
    const auto intermediates = optional(op.intermediates);
    const auto mutating = op.mutating_inputs.empty() ? 0 : builder_.CreateVector(op.mutating_inputs);
    Offset<fb::OperatorOptions> options[2];
    uint8_t tags[2] = {0, 0};
    if (const OptionsSchema* schema = op.options.schema()) {
      options[schema->union_number - 1] = write_options(builder_, op.options).o;
      tags[schema->union_number - 1] = static_cast<uint8_t>(schema->tag);
    }
    VectorOffset<uint8_t> custom = 0;
    uint64_t custom_position = 0, custom_size = 0;
    if (outside_mode() && goes_outside(op.custom_options)) {
      custom_size = op.custom_options.size();
      custom_position = put_outside(op.custom_options);
    } else if (!op.custom_options.empty()) {
      custom = bytes(op.custom_options);
    }
    return fb::CreateOperator(builder_, code, inputs, outputs, tags[0], options[0], custom,
                              fb::CustomOptionsFormat::FLEXBUFFERS, mutating, intermediates, custom_position,
                              custom_size, tags[1], options[1], op.debug_index);
  }

  Offset<fb::SubGraph> build_subgraph(size_t index) {
    const Subgraph& subgraph = graph_.subgraphs[index];
    std::vector<Offset<fb::Tensor>> tensors;
    for (size_t i = 0; i < subgraph.tensors.size(); ++i) {
      tensors.push_back(build_tensor(subgraph.tensors[i], layout_.tensor_buffers[index][i]));
    }
    std::vector<Offset<fb::Operator>> operators;
    for (size_t i = 0; i < subgraph.operators.size(); ++i) {
      operators.push_back(build_operator(subgraph.operators[i], layout_.operator_codes[index][i]));
    }
    const auto tensor_vector = builder_.CreateVector(tensors);
    const auto inputs = builder_.CreateVector(subgraph.inputs),
               outputs = builder_.CreateVector(subgraph.outputs);
    const auto operator_vector = builder_.CreateVector(operators);
    const auto name = optional_text(subgraph.name);
    return fb::CreateSubGraph(builder_, tensor_vector, inputs, outputs, operator_vector, name,
                              subgraph.debug_index);
  }

  VectorOffset<Offset<fb::TensorMap>> build_map(std::vector<std::pair<std::string, TensorId>> entries) {
    std::sort(entries.begin(), entries.end());
    std::vector<Offset<fb::TensorMap>> result;
    for (const auto& [name, tensor] : entries) {
      result.push_back(fb::CreateTensorMap(builder_, text(name), static_cast<uint32_t>(tensor)));
    }
    return builder_.CreateVector(result);
  }

  Offset<fb::SignatureDef> build_signature(const Signature& signature) {
    const auto inputs = build_map(signature.inputs), outputs = build_map(signature.outputs);
    return fb::CreateSignatureDef(builder_, inputs, outputs, text(signature.key),
                                  static_cast<uint32_t>(signature.subgraph));
  }

  const Graph& graph_;
  const FileLayout& layout_;
  uint64_t next_outside_;
  flatbuffers::FlatBufferBuilder builder_;
  std::map<std::vector<int64_t>, VectorOffset<int64_t>> zero_points_;
  std::map<std::vector<int32_t>, VectorOffset<int32_t>> shapes_;
  std::vector<Bytes> outside_;
  struct Gap {
    size_t from_end;  // of the tables to the data's first byte
    Bytes data;
  };
  std::vector<Gap> gaps_;  // the last one comes first in the file
};

size_t total_size(const std::vector<Bytes>& pieces) {
  size_t total = 0;
  for (const Bytes& piece : pieces) total += piece.size();
  return total;
}

uint64_t data_bytes(const Graph& graph, const FileLayout& layout) {
  uint64_t total = 0;
  for (const auto& buffer : layout.buffers) total += align(buffer.data.size());
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) total += align(op.custom_options.size());
  }
  return total;
}

// More than most tables take, so that the builder seldom has to grow.
size_t table_bytes(const Graph& graph) {
  size_t total = 4096;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Tensor& tensor : subgraph.tensors) {
      total += 200 + tensor.name.size() + 12 * tensor.quantization.scale.size();
    }
    total += 200 * subgraph.operators.size();
  }
  return total;
}

}  // namespace

std::vector<Bytes> write_tflite_pieces(const Graph& graph, const WriteOptions& options) {
  const FileLayout layout = lay_out(graph, false);
  const uint64_t data = data_bytes(graph, layout);
  if (data <= options.max_inside) return TableBuilder(graph, layout, 0, data + table_bytes(graph)).build();
  const FileLayout outside_layout = lay_out(graph, true);
  const size_t expected = table_bytes(graph);
  const uint64_t base = align(total_size(TableBuilder(graph, outside_layout, kUnplaced, expected).build()));
  TableBuilder tables(graph, outside_layout, base, expected);
  std::vector<Bytes> pieces = tables.build();
  const Bytes zeros = Bytes::own(std::vector<uint8_t>(kAlignment));
  const auto pad = [&](size_t size) { pieces.push_back(zeros.slice(0, align(size) - size)); };
  pad(total_size(pieces));
  for (const Bytes& piece : tables.outside()) {
    pieces.push_back(piece);
    pad(piece.size());
  }
  pieces.push_back(zeros);
  return pieces;
}

void join_pieces(std::vector<Bytes> pieces, uint8_t* to) {
  constexpr int64_t kGrain = 1 << 20;
  const size_t total = total_size(pieces), much = std::max<size_t>(4 << 20, total / 32);
  const auto threads = static_cast<int>(std::min(4u, std::thread::hardware_concurrency()));
  ThreadPool pool(total < (32 << 20) ? 1 : threads);
  size_t freed = 0;
  for (Bytes& piece : pieces) {
    pool.parallel_for(static_cast<int64_t>(piece.size()), kGrain, [&](int64_t begin, int64_t end) {
      std::memcpy(to + begin, piece.data() + begin, static_cast<size_t>(end - begin));
    });
    to += piece.size();
    freed += piece.size();
    piece = Bytes();
    if (freed < much) continue;
    release_free_memory();
    freed = 0;
  }
}

Bytes write_tflite(const Graph& graph, const WriteOptions& options) {
  std::vector<Bytes> pieces = write_tflite_pieces(graph, options);
  const size_t size = total_size(pieces);
  const std::shared_ptr<uint8_t> whole = allocate(size);
  join_pieces(std::move(pieces), whole.get());
  return Bytes(whole, whole.get(), size);
}

void write_tflite_file(const Graph& graph, const std::string& path, const WriteOptions& options) {
  write_file(path, write_tflite_pieces(graph, options));
}

}  // namespace litewright
