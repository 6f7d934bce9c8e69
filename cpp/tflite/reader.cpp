#include "tflite/reader.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "tflite/budget.h"
#include "tflite/mapped_file.h"
#include "tflite/option_tables.h"
#include "tflite/sparsity.h"
#include "tflite_generated.h"

namespace litewright {
namespace {

using flatbuffers::Vector;
template <class T>
using Tables = Vector<flatbuffers::Offset<T>>;

constexpr uint32_t kSchemaVersion = 3;
constexpr int kMaxDepth = 64;
constexpr flatbuffers::uoffset_t kMinTables = 1000000;  // allowed in a file of any size
constexpr const char* kNotFlatbuffer = "The model is not a valid Flatbuffer buffer";
constexpr size_t kBytesPerTable = 256;  // about what one takes in the graph

template <class... Parts>
[[noreturn]] void bad(const Parts&... parts) {
  fail(ErrorCode::kInvalidModel, parts...);
}

// What bytes that are no .tflite file look like.
const char* describe_content(const Bytes& content) {
  const auto starts = [&](std::string_view magic) {
    return content.size() >= magic.size() && std::memcmp(content.data(), magic.data(), magic.size()) == 0;
  };
  if (starts("\x89HDF")) return " (it is an HDF5 file; convert it with TFLiteConverter.from_keras_model)";
  if (starts("PK\x03\x04")) return " (it is a zip archive, perhaps a .keras file or a zipped model)";
  if (starts("\x1f\x8b")) return " (it is compressed with gzip)";
  if (starts("<")) return " (it is text, perhaps a web page that says the download failed)";
  if (starts("version https://git-lfs")) return " (it is a Git LFS pointer; run git lfs pull)";
  return content.size() >= 8 && std::memcmp(content.data() + 4, "TFL3", 4) == 0
             ? " (it is damaged or incomplete)"
             : " (it does not carry the identifier TFL3)";
}

class Reader {
 public:
  Reader(Bytes content, std::string origin)
      : content_(std::move(content)),
        origin_(std::move(origin)),
        budget_(content_.size()),
        verifier_(content_.data(), verified_size(), kMaxDepth,
                  std::max<flatbuffers::uoffset_t>(
                      kMinTables, static_cast<flatbuffers::uoffset_t>(verified_size() / 4))) {}

  Graph read() {
    verify();
    Graph graph;
    graph.origin = origin_;
    graph.description = budget_.copy(model_->description());
    for (const fb::SubGraph* subgraph : each(model_->subgraphs())) {
      const size_t index = graph.subgraphs.size();
      with_context([&] { return concat("subgraph ", index); },
                   [&] { graph.subgraphs.push_back(read_subgraph(*subgraph)); });
    }
    for (const fb::SignatureDef* signature : each(model_->signature_defs())) {
      graph.signatures.push_back(read_signature(*signature, graph));
    }
    for (const fb::Metadata* metadata : each(model_->metadata())) {
      graph.metadata.push_back(
          {budget_.copy(metadata->name()), buffer_data(metadata->buffer(), "the metadata").bytes});
    }
    return graph;
  }

 private:
  struct Data {
    bool present = false;
    Bytes bytes;
  };

  // An absent vector of tables is an empty one.
  template <class T>
  std::vector<const T*> each(const Tables<T>* tables) {
    if (tables == nullptr) return {};
    budget_.take(tables->size() * kBytesPerTable);
    return {tables->begin(), tables->end()};
  }

  // Offsets have 32 bits with a sign: what follows the first 2 GB of a larger file holds no tables.
  size_t verified_size() const { return std::min<size_t>(content_.size(), FLATBUFFERS_MAX_BUFFER_SIZE - 1); }

  void verify() {
    if (content_.size() < 8 || !fb::VerifyModelBuffer(verifier_))
      bad(kNotFlatbuffer, describe_content(content_));
    model_ = fb::GetModel(content_.data());
    if (model_->version() != kSchemaVersion) {
      bad("Model provided is schema version ", model_->version(), " not equal to supported version ",
          kSchemaVersion, ".");
    }
    if (model_->subgraphs() == nullptr || model_->subgraphs()->size() == 0) bad("No subgraph in the model.");
  }

  Bytes outside(uint64_t offset, uint64_t size, const char* what) {
    if (offset > content_.size() || size > content_.size() - offset) {
      bad(what, " lies at ", offset, " to ", offset, " + ", size, " of ", content_.size(), " bytes");
    }
    return content_.slice(offset, size);
  }

  Data buffer_data(uint32_t index, const char* what) {
    const auto* buffers = model_->buffers();
    const uint32_t count = buffers == nullptr ? 0 : buffers->size();
    if (index >= count) {
      bad(what, " specifies out of range buffer ", index, " (only ", count, " buffers)");
    }
    const fb::Buffer* buffer = buffers->Get(index);
    if (const auto* data = buffer->data()) {
      return {true, content_.slice(static_cast<size_t>(data->data() - content_.data()), data->size())};
    }
    if (buffer->offset() > 1) return {true, outside(buffer->offset(), buffer->size(), "the buffer")};
    return {};
  }

  // Weights in a file beside the model.
  Bytes external_data(uint32_t id) {
    for (const fb::ExternalBuffer* external : each(model_->external_buffers())) {
      if (external->id() != id) continue;
      const auto groups = each(model_->external_buffer_groups());
      if (external->group() >= groups.size()) bad("external buffer ", id, " is in group ", external->group());
      const std::filesystem::path name = budget_.copy(groups[external->group()]->name());
      if (origin_.empty()) bad("its data is in the file '", name.string(), "': read the model from its path");
      const bool leaves_folder =
          std::any_of(name.begin(), name.end(), [](const auto& part) { return part == ".."; });
      if (name.empty() || name.is_absolute() || leaves_folder) bad("its data is in '", name.string(), "'");
      Bytes& file = external_files_[name.string()];
      if (file.empty()) file = map_file((std::filesystem::path(origin_).parent_path() / name).string());
      if (external->offset() > file.size() || external->length() > file.size() - external->offset()) {
        bad("external buffer ", id, " is outside of '", name.string(), "'");
      }
      return file.slice(external->offset(), external->length());
    }
    bad("there is no external buffer ", id);
  }

  Quantization read_quantization(const fb::QuantizationParameters* from) {
    Quantization q;
    if (from == nullptr) return q;
    q.scale = budget_.copy<float>(from->scale());
    q.zero_point = budget_.copy<int64_t>(from->zero_point());
    q.min = budget_.copy<float>(from->min());
    q.max = budget_.copy<float>(from->max());
    q.axis = from->quantized_dimension();
    if (const auto* details = from->details_as_BlockwiseQuantization()) {
      q.block_scales = details->scales();
      q.block_zero_points = details->zero_points();
      q.block_size = details->block_size();
      q.block_shape = budget_.copy<int32_t>(details->block_shape());
    } else if (const auto* axes = from->details_as_MultiAxisQuantization()) {
      q.block_scales = axes->scales();
      q.block_zero_points = axes->zero_points();
      q.block_size = axes->block_size();
      q.block_axes = budget_.copy<int32_t>(axes->quantized_dimensions());
    } else if (const auto* custom = from->details_as_CustomQuantization()) {
      q.custom = Bytes::own(budget_.copy<uint8_t>(custom->custom()));
    }
    return q;
  }

  std::vector<int32_t> read_indices(fb::SparseIndexVector type, const void* table) {
    if (table == nullptr) type = fb::SparseIndexVector::NONE;
    switch (type) {
      case fb::SparseIndexVector::Int32Vector:
        return budget_.copy<int32_t>(static_cast<const fb::Int32Vector*>(table)->values());
      case fb::SparseIndexVector::Uint16Vector:
        return budget_.copy<int32_t>(static_cast<const fb::Uint16Vector*>(table)->values());
      case fb::SparseIndexVector::Uint8Vector:
        return budget_.copy<int32_t>(static_cast<const fb::Uint8Vector*>(table)->values());
      default:
        bad("a sparse dimension has no indices");
    }
  }

  Sparsity read_sparsity(const fb::SparsityParameters* from) {
    Sparsity sparsity;
    if (from == nullptr) return sparsity;
    sparsity.traversal_order = budget_.copy<int32_t>(from->traversal_order());
    sparsity.block_map = budget_.copy<int32_t>(from->block_map());
    for (const fb::DimensionMetadata* dimension : each(from->dim_metadata())) {
      Sparsity::Dimension to;
      to.sparse = dimension->format() != fb::DimensionType::DENSE;
      to.dense_size = dimension->dense_size();
      if (to.sparse) {
        to.segments = read_indices(dimension->array_segments_type(), dimension->array_segments());
        to.indices = read_indices(dimension->array_indices_type(), dimension->array_indices());
      }
      sparsity.dimensions.push_back(std::move(to));
    }
    return sparsity;
  }

  DType read_dtype(fb::TensorType type) {
    const int number = static_cast<int>(type);
    if (number < 0 || number >= kDTypeCount) bad("it has the unknown element type ", number);
    return static_cast<DType>(number);
  }

  void read_shape(const fb::Tensor& from, Tensor& to) {
    to.shape = budget_.copy<int32_t>(from.shape());
    const std::vector<int32_t> signature = budget_.copy<int32_t>(from.shape_signature());
    if (to.is_constant || signature.size() != to.shape.size()) return;
    const Shape initial = to.shape;
    bool hint = false;
    for (size_t i = 0; i < signature.size(); ++i) {
      if (signature[i] >= 0) continue;
      hint = hint || initial[i] != 1;
      to.shape[i] = -1;
    }
    if (hint) to.initial_shape = initial;
  }

  void read_data(const fb::Tensor& from, Tensor& to) {
    const Data data = from.external_buffer() != 0 ? Data{true, external_data(from.external_buffer())}
                      : from.buffer() == 0        ? Data{}
                                                  : buffer_data(from.buffer(), "it");
    if (!data.present) return;
    // Some writers give tensors without data an empty vector.
    const auto elements = checked_elements(budget_.copy<int32_t>(from.shape()));
    if (data.bytes.empty() && elements != 0) return;
    if (to.is_variable) bad("it is a variable tensor with buffer. It's not supported now.");
    to.is_constant = true;
    const auto alignment = std::min<size_t>(std::max<size_t>(dtype_size(to.dtype), 1), 8);
    const bool aligned = reinterpret_cast<uintptr_t>(data.bytes.data()) % alignment == 0;
    if (!aligned) budget_.take(data.bytes.size());
    to.data = aligned ? data.bytes : Bytes::copy(data.bytes.data(), data.bytes.size());
  }

  // What the elements' kind and layout demand of a constant's bytes.
  void check_constant(const Tensor& tensor) {
    if (tensor.sparsity.present()) return check_sparsity(tensor);
    if (tensor.dtype == DType::kString) return check_strings(tensor);
    const auto elements = checked_elements(tensor.shape);
    int64_t bits = 0;
    if (!elements ||
        __builtin_mul_overflow(*elements, static_cast<int64_t>(dtype_bits(tensor.dtype)), &bits)) {
      bad("it is a constant of the shape ", to_string(tensor.shape));
    }
    const int64_t bytes = bits / 8 + (bits % 8 != 0);
    if (bytes != static_cast<int64_t>(tensor.data.size())) {
      bad("its shape ", to_string(tensor.shape), " of ", dtype_name(tensor.dtype), " needs ", bytes,
          " bytes and it has ", tensor.data.size());
    }
  }

  // Every byte 0 or 1, as C++ demands of a bool.
  Bytes as_bools(const Bytes& data) {
    const uint8_t *first = data.data(), *last = first + data.size();
    if (std::all_of(first, last, [](uint8_t byte) { return byte <= 1; })) return data;
    budget_.take(data.size());
    std::vector<uint8_t> bools(first, last);
    for (uint8_t& byte : bools) byte = byte != 0 ? 1 : 0;
    return Bytes::own(std::move(bools));
  }

  Tensor read_tensor(const fb::Tensor& from) {
    Tensor to;
    to.name = budget_.copy(from.name());
    to.dtype = read_dtype(from.type());
    to.is_variable = from.is_variable();
    read_data(from, to);
    read_shape(from, to);
    // Older writers leave has_rank out; without it an empty shape says nothing.
    to.has_rank = from.has_rank() || !to.shape.empty() || to.is_constant;
    to.quantization = read_quantization(from.quantization());
    to.sparsity = read_sparsity(from.sparsity());
    for (const fb::VariantSubType* variant : each(from.variant_tensors())) {
      to.variant_types.push_back(
          {read_dtype(variant->type()), budget_.copy<int32_t>(variant->shape()), variant->has_rank()});
    }
    if (to.is_constant) check_constant(to);
    if (to.is_constant && to.dtype == DType::kBool) to.data = as_bools(to.data);
    return to;
  }

  Options read_operator_options(const fb::Operator& from, BuiltinOp code) {
    const bool second = from.builtin_options_type() == 0;
    const int tag = second ? from.builtin_options2_type() : from.builtin_options_type();
    const auto* table = second ? from.builtin_options2() : from.builtin_options();
    if (tag == 0 || table == nullptr) return {};
    const OptionsSchema* schema = find_schema(second ? 2 : 1, tag);
    if (schema != nullptr) {
      const auto& options = *reinterpret_cast<const flatbuffers::Table*>(table);
      if (!verify_options(verifier_, options, *schema)) bad(kNotFlatbuffer, describe_content(content_));
      return read_options(options, *schema, budget_);
    }
    if (static_cast<int>(code) < kBuiltinOpCount) bad("its options are of the unknown kind ", tag);
    return {};
  }

  Operator read_operator(const fb::Operator& from) {
    const auto* codes = model_->operator_codes();
    const uint32_t count = codes == nullptr ? 0 : codes->size();
    if (from.opcode_index() >= count) bad("its opcode_index is ", from.opcode_index(), " of ", count);
    const fb::OperatorCode* code = codes->Get(from.opcode_index());
    Operator to;
    to.code = static_cast<BuiltinOp>(std::max(static_cast<int32_t>(code->deprecated_builtin_code()),
                                              static_cast<int32_t>(code->builtin_code())));
    to.custom_code = budget_.copy(code->custom_code());
    to.version = std::max(code->version(), 1);
    if (to.code == BuiltinOp::kCustom && to.custom_code.empty()) {
      bad("Operator with CUSTOM builtin_code has no custom_code.");
    }
    with_context([&] { return to.display_name(); },
                 [&] {
                   to.inputs = budget_.copy<TensorId>(from.inputs());
                   to.outputs = budget_.copy<TensorId>(from.outputs());
                   to.intermediates = budget_.copy<TensorId>(from.intermediates());
                   to.mutating_inputs = budget_.copy<bool>(from.mutating_variable_inputs());
                   to.options = read_operator_options(from, to.code);
                   to.debug_index = from.debug_metadata_index();
                   if (from.large_custom_options_offset() > 1) {
                     to.custom_options = outside(from.large_custom_options_offset(),
                                                 from.large_custom_options_size(), "the custom options");
                   } else if (const auto* options = from.custom_options()) {
                     to.custom_options = content_.slice(
                         static_cast<size_t>(options->data() - content_.data()), options->size());
                   }
                 });
    return to;
  }

  Subgraph read_subgraph(const fb::SubGraph& from) {
    Subgraph to;
    to.name = budget_.copy(from.name());
    to.debug_index = from.debug_metadata_index();
    for (const fb::Tensor* tensor : each(from.tensors())) {
      const size_t index = to.tensors.size();
      with_context(
          [&] {
            return concat("tensor ", index, " '", tensor->name() == nullptr ? "" : tensor->name()->c_str(),
                          "'");
          },
          [&] { to.tensors.push_back(read_tensor(*tensor)); });
    }
    for (const fb::Operator* op : each(from.operators())) {
      const size_t index = to.operators.size();
      with_context([&] { return concat("operator ", index); },
                   [&] { to.operators.push_back(read_operator(*op)); });
    }
    to.inputs = budget_.copy<TensorId>(from.inputs());
    to.outputs = budget_.copy<TensorId>(from.outputs());
    return to;
  }

  Signature read_signature(const fb::SignatureDef& from, const Graph& graph) {
    Signature to;
    to.key = budget_.copy(from.signature_key());
    if (from.subgraph_index() >= graph.subgraphs.size()) {
      bad("signature '", to.key, "' is for subgraph ", from.subgraph_index(), " of ", graph.subgraphs.size());
    }
    to.subgraph = static_cast<int32_t>(from.subgraph_index());
    const size_t tensors = graph.subgraphs[to.subgraph].tensors.size();
    const auto read_map = [&](const Tables<fb::TensorMap>* map, auto& entries) {
      for (const fb::TensorMap* entry : each(map)) {
        std::string name = budget_.copy(entry->name());
        if (entry->tensor_index() >= tensors) {
          bad("signature '", to.key, "': '", name, "' is tensor ", entry->tensor_index(), " of ", tensors);
        }
        entries.emplace_back(std::move(name), static_cast<TensorId>(entry->tensor_index()));
      }
    };
    read_map(from.inputs(), to.inputs);
    read_map(from.outputs(), to.outputs);
    return to;
  }

  Bytes content_;
  std::string origin_;
  Budget budget_;
  flatbuffers::Verifier verifier_;
  const fb::Model* model_ = nullptr;
  std::map<std::string, Bytes> external_files_;
};

}  // namespace

Graph read_tflite(Bytes content, std::string origin) {
  return Reader(std::move(content), std::move(origin)).read();
}

Graph read_tflite_file(const std::string& path) { return read_tflite(map_file(path), path); }

}  // namespace litewright
