#include "tflite/file_layout.h"

#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "graph/node_view.h"
#include "tflite/runtime_versions.h"
#include "tflite/versions.h"

namespace litewright {
namespace {

constexpr const char* kMinRuntime = "min_runtime_version";
constexpr const char* kBufferLocation = "buffer_location";
constexpr size_t kMinRuntimeBytes = 16;

// Finds the buffer of equal content; candidates are those of equal size and beginning.
class ConstantPool {
 public:
  explicit ConstantPool(std::vector<FileLayout::Buffer>& buffers) : buffers_(&buffers) {}

  uint32_t add(const Bytes& data) {
    const auto* first = reinterpret_cast<const char*>(data.data());
    const std::string_view beginning(first, std::min<size_t>(data.size(), 256));
    std::vector<uint32_t>& candidates = known_[std::hash<std::string_view>{}(beginning)*31 + data.size()];
    for (const uint32_t candidate : candidates) {
      if ((*buffers_)[candidate].data == data) return candidate;
    }
    candidates.push_back(static_cast<uint32_t>(buffers_->size()));
    buffers_->push_back({true, data});
    return candidates.back();
  }

 private:
  std::vector<FileLayout::Buffer>* buffers_;
  std::unordered_map<size_t, std::vector<uint32_t>> known_;
};

void check_ids(const std::vector<TensorId>& ids, const Subgraph& subgraph) {
  for (const TensorId id : ids) {
    if (id != kNoTensor && (id < 0 || static_cast<size_t>(id) >= subgraph.tensors.size())) {
      fail(ErrorCode::kInvalidModel, "subgraph '", subgraph.name, "' has no tensor ", id, ", which is used");
    }
  }
}

// As the file it was read from has it; the lowest that fits for operators that are new or were changed.
int version_of(const Subgraph& subgraph, const Operator& op) {
  if (op.version > 0) return op.version;
  return with_context([&] { return concat("operator ", op.display_name()); },
                      [&] { return lowest_version(NodeView(subgraph, op)); });
}

void add_operator_codes(const Graph& graph, FileLayout& layout) {
  std::map<std::pair<BuiltinOp, std::string>, uint32_t> known;
  for (const Subgraph& subgraph : graph.subgraphs) {
    check_ids(subgraph.inputs, subgraph);
    check_ids(subgraph.outputs, subgraph);
    std::vector<uint32_t>& indexes = layout.operator_codes.emplace_back();
    for (const Operator& op : subgraph.operators) {
      for (const auto* ids : {&op.inputs, &op.outputs, &op.intermediates}) check_ids(*ids, subgraph);
      const int version = version_of(subgraph, op);
      const auto [entry, is_new] =
          known.try_emplace({op.code, op.custom_code}, static_cast<uint32_t>(layout.codes.size()));
      if (is_new) layout.codes.push_back({op.code, op.custom_code, version});
      int& highest = layout.codes[entry->second].version;
      highest = std::max(highest, version);
      indexes.push_back(entry->second);
    }
  }
}

void add_tensor_buffers(const Graph& graph, FileLayout& layout) {
  layout.buffers.emplace_back();
  ConstantPool pool(layout.buffers);
  for (const Subgraph& subgraph : graph.subgraphs) {
    std::vector<uint32_t>& indexes = layout.tensor_buffers.emplace_back();
    for (const Tensor& tensor : subgraph.tensors) {
      if (tensor.is_constant) {
        indexes.push_back(pool.add(tensor.data));
      } else if (tensor.is_variable) {
        indexes.push_back(0);
      } else {
        indexes.push_back(static_cast<uint32_t>(layout.buffers.size()));
        layout.buffers.emplace_back();
      }
    }
  }
}

// The runtime version, padded with zeros; empty if no operator's is known.
Bytes min_runtime(const FileLayout& layout) {
  std::string version;
  for (const auto& code : layout.codes) {
    version = max_runtime_version(version, min_runtime_version(code.code, code.version));
  }
  if (version.empty()) return {};
  std::vector<uint8_t> padded(version.begin(), version.end());
  padded.resize(kMinRuntimeBytes);
  return Bytes::own(std::move(padded));
}

void add_metadata(const Graph& graph, bool outside, FileLayout& layout) {
  const auto add = [&](const std::string& name, const Bytes& data) {
    layout.metadata.push_back({name, static_cast<uint32_t>(layout.buffers.size())});
    layout.buffers.push_back({true, data});
  };
  const Bytes runtime = min_runtime(layout);
  bool runtime_added = runtime.empty();
  for (const Metadata& metadata : graph.metadata)
    runtime_added = runtime_added || metadata.name == kMinRuntime;
  if (!runtime_added) add(kMinRuntime, runtime);
  for (const Metadata& metadata : graph.metadata) {
    if (metadata.name == kBufferLocation) continue;
    add(metadata.name, metadata.name == kMinRuntime && !runtime.empty() ? runtime : metadata.data);
  }
  if (outside) {
    const std::string_view location = "outside flatbuffers";
    add(kBufferLocation, Bytes::copy(location.data(), location.size()));
  }
}

}  // namespace

FileLayout lay_out(const Graph& graph, bool outside) {
  FileLayout layout;
  add_operator_codes(graph, layout);
  add_tensor_buffers(graph, layout);
  add_metadata(graph, outside, layout);
  return layout;
}

}  // namespace litewright
