#include "tflite/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "tests_cpp/tflite/sample_graph.h"
#include "tflite/reader.h"
#include "tflite_generated.h"

namespace litewright {
namespace {

using testing::expect_equal;
using testing::float_tensor;
using testing::make_operator;
using testing::sample_graph;

const fb::Model& model_of(const Bytes& file) { return *fb::GetModel(file.data()); }

std::string metadata_text(const Graph& graph, const std::string& name) {
  for (const Metadata& metadata : graph.metadata) {
    if (metadata.name == name)
      return {reinterpret_cast<const char*>(metadata.data.data()), metadata.data.size()};
  }
  return "none";
}

TEST(Writer, WhatIsWrittenReadsTheSame) {
  const Graph graph = sample_graph();
  const Bytes file = write_tflite(graph);
  const Graph again = read_tflite(file);
  expect_equal(graph, again);
  EXPECT_EQ(metadata_text(again, "note"), "\x09\x08\x07");
  EXPECT_EQ(write_tflite(again), file) << "the second writing differs";
  EXPECT_EQ(write_tflite(graph), file) << "not deterministic";
}

TEST(Writer, ConstantsAreViewsOfTheFile) {
  const Bytes file = write_tflite(sample_graph());
  const Graph graph = read_tflite(file);
  for (const Tensor& tensor : graph.main().tensors) {
    if (tensor.data.empty()) continue;
    EXPECT_GE(tensor.data.data(), file.data());
    EXPECT_LE(tensor.data.data() + tensor.data.size(), file.data() + file.size());
    EXPECT_EQ((tensor.data.data() - file.data()) % 16, 0) << tensor.name;
  }
}

TEST(Writer, BuffersAreLaidOutAsReadersExpect) {
  const Bytes file = write_tflite(sample_graph());
  const fb::Model& model = model_of(file);
  EXPECT_EQ(model.version(), 3u);
  EXPECT_EQ(model.buffers()->Get(0)->data(), nullptr);
  const auto& tensors = *model.subgraphs()->Get(0)->tensors();
  EXPECT_EQ(tensors.Get(2)->buffer(), tensors.Get(4)->buffer()) << "equal constants share a buffer";
  EXPECT_NE(tensors.Get(1)->buffer(), tensors.Get(2)->buffer());
  EXPECT_EQ(tensors.Get(5)->buffer(), 0u) << "a variable has the first buffer";
  EXPECT_NE(tensors.Get(0)->buffer(), tensors.Get(3)->buffer());
  EXPECT_NE(model.buffers()->Get(tensors.Get(8)->buffer())->data(), nullptr) << "a constant without elements";
  for (const auto* tensor : tensors) EXPECT_NE(tensor->quantization(), nullptr);
}

TEST(Writer, UnknownDimensionsAreInTheSignatureOnly) {
  const Bytes file = write_tflite(sample_graph());
  const auto& tensors = *model_of(file).subgraphs()->Get(0)->tensors();
  const auto ints = [](const flatbuffers::Vector<int32_t>* v) {
    return std::vector<int32_t>(v->begin(), v->end());
  };
  EXPECT_EQ(ints(tensors.Get(0)->shape()), (std::vector<int32_t>{8, 4}));
  EXPECT_EQ(ints(tensors.Get(0)->shape_signature()), (std::vector<int32_t>{-1, 4}));
  EXPECT_EQ(ints(tensors.Get(3)->shape()), (std::vector<int32_t>{1, 3}));
  EXPECT_EQ(tensors.Get(1)->shape_signature(), nullptr);
  EXPECT_TRUE(tensors.Get(1)->has_rank());
}

TEST(Writer, OperatorCodesCarryBothFieldsAndTheHighestVersion) {
  Graph graph = sample_graph();
  Subgraph& main = graph.main();
  Tensor quantized = float_tensor("q", {3});
  quantized.dtype = DType::kInt8;
  quantized.quantization = {.scale = {1}, .zero_point = {0}};
  main.tensors.push_back(quantized);
  main.tensors.push_back(quantized);
  const auto last = static_cast<TensorId>(main.tensors.size()) - 1;
  main.operators.push_back(make_operator(BuiltinOp::kAdd, {last - 1, last - 1}, {last}, AddOptions{}));
  const Bytes file = write_tflite(graph);
  const auto& codes = *model_of(file).operator_codes();
  ASSERT_EQ(codes.size(), 4u);
  EXPECT_EQ(codes.Get(1)->builtin_code(), fb::BuiltinOperator::ADD);
  EXPECT_EQ(codes.Get(1)->deprecated_builtin_code(), 0);
  EXPECT_EQ(codes.Get(1)->version(), 2) << "one entry, for the float and the int8 addition";
  EXPECT_EQ(codes.Get(2)->custom_code()->str(), "MyOp");
  EXPECT_EQ(codes.Get(3)->builtin_code(), fb::BuiltinOperator::STABLEHLO_CBRT);
  EXPECT_EQ(codes.Get(3)->deprecated_builtin_code(), 127);
  EXPECT_EQ(metadata_text(read_tflite(file), "min_runtime_version"),
            std::string("2.17.0\0\0\0\0\0\0\0\0\0\0", 16));
}

TEST(Writer, VersionsOfAFileAreKept) {
  Graph graph = sample_graph();
  graph.main().operators[0].version = 11;
  graph.main().operators[1].version = 1;
  const Graph again = read_tflite(write_tflite(graph));
  EXPECT_EQ(again.main().operators[0].version, 11);
  EXPECT_EQ(again.main().operators[1].version, 1);
}

TEST(Writer, SignatureEntriesAreSortedByName) {
  Graph graph = sample_graph();
  std::swap(graph.signatures[0].outputs[0], graph.signatures[0].outputs[1]);
  const Graph again = read_tflite(write_tflite(graph));
  EXPECT_EQ(again.signatures[0].outputs, sample_graph().signatures[0].outputs);
}

TEST(Writer, MinRuntimeVersionIsRecomputedInItsPlace) {
  Graph graph = sample_graph();
  graph.metadata = {{"first", Bytes::copy("1", 1)}, {"min_runtime_version", Bytes::copy("9.9.9", 5)}};
  const Graph again = read_tflite(write_tflite(graph));
  ASSERT_EQ(again.metadata.size(), 2u);
  EXPECT_EQ(again.metadata[1].name, "min_runtime_version");
  EXPECT_EQ(metadata_text(again, "min_runtime_version").substr(0, 6), "2.17.0");
}

TEST(Writer, LargeDataGoesBehindTheTables) {
  const Graph graph = sample_graph();
  const Bytes file = write_tflite(graph, {.max_inside = 16});
  EXPECT_EQ(file.size() % 16, 0u);
  const fb::Model& model = model_of(file);
  int outside = 0;
  for (const auto* buffer : *model.buffers()) {
    if (buffer->offset() == 0) continue;
    ++outside;
    EXPECT_EQ(buffer->data(), nullptr);
    EXPECT_EQ(buffer->offset() % 16, 0u);
    EXPECT_GT(buffer->size(), 1u);
    EXPECT_LE(buffer->offset() + buffer->size(), file.size() - 16);
  }
  EXPECT_EQ(outside, 6);
  const auto* custom = model.subgraphs()->Get(0)->operators()->Get(2);
  EXPECT_EQ(custom->custom_options(), nullptr);
  EXPECT_EQ(custom->large_custom_options_size(), 3u);
  const Graph again = read_tflite(file);
  expect_equal(graph, again);
  EXPECT_EQ(metadata_text(again, "buffer_location"), "outside flatbuffers");
  EXPECT_EQ(metadata_text(read_tflite(write_tflite(again)), "buffer_location"), "none");
}

TEST(Writer, WritesFilesWholeOrNotAtAll) {
  const auto folder = std::filesystem::temp_directory_path() / concat("litewright_writer_", getpid());
  std::filesystem::create_directory(folder);
  const std::string path = (folder / "model.tflite").string();
  const Graph graph = sample_graph();
  for (const uint64_t limit : {uint64_t{0}, WriteOptions{}.max_inside}) {
    write_tflite_file(graph, path, {.max_inside = limit});
    expect_equal(graph, read_tflite_file(path));
  }
  try {
    write_tflite_file(graph, (folder / "missing" / "model.tflite").string());
    ADD_FAILURE() << "a folder that does not exist was written to";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
  }
  EXPECT_THROW(write_tflite_file(graph, folder.string()), Error);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1) << "temporary files stayed";
  std::filesystem::remove_all(folder);
}

TEST(Writer, OperandsThatDoNotExistAreRefused) {
  Graph graph = sample_graph();
  graph.main().operators[0].inputs[0] = 1000;
  EXPECT_THROW(write_tflite(graph), Error);
}

}  // namespace
}  // namespace litewright
