#include "tflite/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>

#include "core/error.h"
#include "graph/validate.h"
#include "tests_cpp/tflite/sample_graph.h"
#include "tflite/writer.h"
#include "tflite_generated.h"

namespace litewright {
namespace {

using ::testing::HasSubstr;
using testing::sample_graph;

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string error_of_text(const std::string& content) {
  return error_of([&] { read_tflite(Bytes::copy(content.data(), content.size())); });
}

TEST(Reader, OtherFilesAreNamed) {
  const char* prefix = "The model is not a valid Flatbuffer buffer";
  const std::pair<std::string, const char*> rows[] = {{"", "identifier"},
                                                      {"abc", "identifier"},
                                                      {"\x89HDF\r\n\x1a\n....", "HDF5"},
                                                      {"PK\x03\x04........", "zip"},
                                                      {"<html>not found</html>", "web page"},
                                                      {"\x1f\x8b........", "gzip"}};
  for (const auto& [content, hint] : rows) {
    EXPECT_THAT(error_of_text(content), ::testing::AllOf(HasSubstr(prefix), HasSubstr(hint)));
  }
}

TEST(Reader, FilesThatCannotBeOpened) {
  EXPECT_THAT(error_of([] { read_tflite_file("/no/such/file"); }),
              HasSubstr("Could not open '/no/such/file'.The model allocation is null/empty"));
  EXPECT_THAT(error_of([] { read_tflite_file("/"); }), HasSubstr("Could not open '/'"));
  EXPECT_THAT(error_of([] { read_tflite_file("/dev/null"); }), HasSubstr("Could not open '/dev/null'"));
}

// Overwrites one scalar of a file's table.
template <class T>
void patch(const void* table, flatbuffers::voffset_t field, T value) {
  const uint8_t* address = static_cast<const flatbuffers::Table*>(table)->GetAddressOf(field);
  ASSERT_NE(address, nullptr) << "the field is not in the file";
  std::memcpy(const_cast<uint8_t*>(address), &value, sizeof value);
}

TEST(Reader, BrokenNumbersAreTold) {
  struct Row {
    const char* message;
    std::function<void(const fb::Model&)> damage;
  };
  const auto tensor = [](const fb::Model& model, int i) {
    return model.subgraphs()->Get(0)->tensors()->Get(i);
  };
  const Row rows[] = {
      {"Model provided is schema version 2 not equal to supported version 3.",
       [](const fb::Model& m) { patch<uint32_t>(&m, fb::Model::VT_VERSION, 2); }},
      {"tensor 1 'weights': it specifies out of range buffer 999",
       [&](const fb::Model& m) { patch<uint32_t>(tensor(m, 1), fb::Tensor::VT_BUFFER, 999); }},
      {"tensor 9 'int64': it has the unknown element type 77",
       [&](const fb::Model& m) { patch<int8_t>(tensor(m, 9), fb::Tensor::VT_TYPE, 77); }},
      {"tensor 11 'int4': its shape [3] of int64 needs 24 bytes and it has 2",
       [&](const fb::Model& m) { patch<int8_t>(tensor(m, 11), fb::Tensor::VT_TYPE, 4); }},
      {"its opcode_index is 50 of 4",
       [](const fb::Model& m) {
         patch<uint32_t>(m.subgraphs()->Get(0)->operators()->Get(1), fb::Operator::VT_OPCODE_INDEX, 50);
       }},
      {"signature 'second' is for subgraph 7 of 2",
       [](const fb::Model& m) {
         patch<uint32_t>(m.signature_defs()->Get(1), fb::SignatureDef::VT_SUBGRAPH_INDEX, 7);
       }},
      {"'b' is tensor 400 of 2",
       [](const fb::Model& m) {
         patch<uint32_t>(m.signature_defs()->Get(1)->outputs()->Get(0), fb::TensorMap::VT_TENSOR_INDEX, 400);
       }},
      {"the metadata specifies out of range buffer 1000",
       [](const fb::Model& m) { patch<uint32_t>(m.metadata()->Get(0), fb::Metadata::VT_BUFFER, 1000); }},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.message);
    const Bytes file = write_tflite(sample_graph());
    const Bytes copy = Bytes::copy(file.data(), file.size());
    row.damage(*fb::GetModel(copy.data()));
    EXPECT_THAT(error_of([&] { read_tflite(copy); }), HasSubstr(row.message));
  }
}

TEST(Reader, DataOutsideMustLieInTheFile) {
  const Bytes file = write_tflite(sample_graph(), {.max_inside = 0});
  const fb::Model& model = *fb::GetModel(file.data());
  const auto* buffer = model.buffers()->Get(model.subgraphs()->Get(0)->tensors()->Get(1)->buffer());
  const uint64_t offset = buffer->offset(), size = buffer->size();
  for (const auto& [new_offset, new_size] : std::vector<std::pair<uint64_t, uint64_t>>{
           {file.size(), size}, {offset, UINT64_MAX}, {UINT64_MAX - 8, size}, {offset, size - 4}}) {
    patch<uint64_t>(buffer, fb::Buffer::VT_OFFSET, new_offset);
    patch<uint64_t>(buffer, fb::Buffer::VT_SIZE, new_size);
    EXPECT_THAT(error_of([&] { read_tflite(file); }), HasSubstr("tensor 1 'weights'"));
  }
}

TEST(Reader, BrokenConstantsAreTold) {
  struct Row {
    const char* message;
    int tensor;
    std::function<void(Tensor&)> damage;
  };
  const Row rows[] = {
      {"needs 48 bytes and it has 44", 1, [](Tensor& t) { t.data = t.data.slice(0, 44); }},
      {"it is a constant of the shape", 1,
       [](Tensor& t) {
         t.shape = {1 << 30, 1 << 30, 1 << 30};
       }},
      {"traversal order", 7,
       [](Tensor& t) {
         t.sparsity.traversal_order = {0, 1, 1, 3};
       }},
      {"traversal order", 7,
       [](Tensor& t) {
         t.sparsity.traversal_order = {0, 1, 2, 9};
       }},
      {"in traversal order", 7, [](Tensor& t) { t.sparsity.traversal_order.pop_back(); }},
      {"blocks dimension 5", 7,
       [](Tensor& t) {
         t.sparsity.block_map = {0, 5};
       }},
      {"has the size -2", 7, [](Tensor& t) { t.sparsity.dimensions[0].dense_size = -2; }},
      {"does not fit dimension 0", 7, [](Tensor& t) { t.sparsity.dimensions[0].dense_size = 3; }},
      {"has 2 segments, not 3", 7,
       [](Tensor& t) {
         t.sparsity.dimensions[1].segments = {0, 2};
       }},
      {"segments decrease", 7,
       [](Tensor& t) {
         t.sparsity.dimensions[1].segments = {0, 3, 2};
       }},
      {"segments do not span", 7,
       [](Tensor& t) {
         t.sparsity.dimensions[1].segments = {0, 1, 7};
       }},
      {"has the index 2 of 2", 7,
       [](Tensor& t) {
         t.sparsity.dimensions[1].indices = {0, 2};
       }},
      {"stores 8 elements", 7, [](Tensor& t) { t.data = t.data.slice(0, 28); }},
      {"it holds", 12, [](Tensor& t) { t.data = t.data.slice(0, 3); }},
      {"it holds 3 strings", 12, [](Tensor& t) { t.shape = {4}; }},
      {"a string starts at 23 of 22 bytes", 12, [](Tensor& t) { t.data = t.data.slice(0, 22); }},
      {"It's not supported now", 2, [](Tensor& t) { t.is_variable = true; }},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.message);
    Graph graph = sample_graph();
    row.damage(graph.main().tensors[row.tensor]);
    EXPECT_THAT(error_of([&] { read_tflite(write_tflite(graph)); }), HasSubstr(row.message));
  }
}

TEST(Reader, EmptyDataOfATensorWithElementsIsNone) {
  Graph graph = sample_graph();
  graph.main().tensors[1].data = {};
  EXPECT_FALSE(read_tflite(write_tflite(graph)).main().tensors[1].is_constant);
}

TEST(Reader, UnknownOperatorsAreKept) {
  Graph graph = sample_graph();
  graph.main().operators[0].code = static_cast<BuiltinOp>(4000);
  const Graph again = read_tflite(write_tflite(graph));
  EXPECT_EQ(static_cast<int>(again.main().operators[0].code), 4000);
  EXPECT_EQ(again.main().operators[0].display_name(), "UNKNOWN");
}

// A constant whose bytes are in a file beside the model.
Bytes model_with_external_weights(const std::string& group) {
  flatbuffers::FlatBufferBuilder builder;
  const auto tensor = fb::CreateTensorDirect(builder, nullptr, fb::TensorType::FLOAT32, 0, "w", 0, false, 0,
                                             nullptr, true, nullptr, 5);
  const std::vector<flatbuffers::Offset<fb::Tensor>> tensors = {tensor};
  const std::vector<flatbuffers::Offset<fb::SubGraph>> subgraphs = {
      fb::CreateSubGraphDirect(builder, &tensors)};
  const std::vector<flatbuffers::Offset<fb::Buffer>> buffers = {fb::CreateBuffer(builder)};
  const std::vector<flatbuffers::Offset<fb::ExternalBufferGroup>> groups = {
      fb::CreateExternalBufferGroupDirect(builder, group.c_str())};
  const std::vector<flatbuffers::Offset<fb::ExternalBuffer>> externals = {
      fb::CreateExternalBufferDirect(builder, 5, 0, 4, 4)};
  fb::FinishModelBuffer(builder, fb::CreateModelDirect(builder, 3, nullptr, &subgraphs, nullptr, &buffers,
                                                       nullptr, nullptr, nullptr, &groups, &externals));
  return Bytes::copy(builder.GetBufferPointer(), builder.GetSize());
}

void save(const std::filesystem::path& path, const Bytes& bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
}

TEST(Reader, WeightsBesideTheModelAreMapped) {
  const auto folder = std::filesystem::temp_directory_path() / concat("litewright_reader_", getpid());
  std::filesystem::create_directory(folder);
  save(folder / "weights.bin", Bytes::copy(std::vector<float>{1, 2}));
  const std::string path = (folder / "model.tflite").string();
  save(path, model_with_external_weights("weights.bin"));
  const Tensor tensor = read_tflite_file(path).main().tensors[0];
  ASSERT_TRUE(tensor.is_constant);
  EXPECT_EQ(tensor.data.as<float>()[0], 2.0f);
  EXPECT_THAT(error_of([] { read_tflite(model_with_external_weights("weights.bin")); }),
              HasSubstr("from its path"));
  for (const char* name : {"../weights.bin", "/etc/passwd", ""}) {
    save(path, model_with_external_weights(name));
    EXPECT_THAT(error_of([&] { read_tflite_file(path); }), HasSubstr("its data is in")) << name;
  }
  save(folder / "weights.bin", Bytes::copy(std::vector<float>{1}));
  save(path, model_with_external_weights("weights.bin"));
  EXPECT_THAT(error_of([&] { read_tflite_file(path); }), HasSubstr("outside of 'weights.bin'"));
  std::filesystem::remove_all(folder);
}

// `tensors` tensors that are one table, with one shape of `rank`.
Bytes model_that_shares(int tensors, int rank) {
  flatbuffers::FlatBufferBuilder builder;
  const std::vector<int32_t> shape(rank, 1);
  const auto tensor = fb::CreateTensorDirect(builder, &shape);
  const std::vector<flatbuffers::Offset<fb::Tensor>> all(tensors, tensor);
  const std::vector<flatbuffers::Offset<fb::SubGraph>> subgraphs = {fb::CreateSubGraphDirect(builder, &all)};
  fb::FinishModelBuffer(builder, fb::CreateModelDirect(builder, 3, nullptr, &subgraphs));
  return Bytes::copy(builder.GetBufferPointer(), builder.GetSize());
}

TEST(Reader, SharedTablesCannotFillTheMemory) {
  EXPECT_EQ(read_tflite(model_that_shares(100, 4)).main().tensors.size(), 100u);
  for (const auto& [tensors, rank] : {std::pair{1000, 100000}, std::pair{900000, 1}}) {
    EXPECT_THAT(error_of([&, t = tensors, r = rank] { read_tflite(model_that_shares(t, r)); }),
                HasSubstr("share too much data"));
  }
}

// Reads, and if that works validates and writes: an Error is fine, a crash is not.
void try_file(const Bytes& content) {
  try {
    const Graph graph = read_tflite(content);
    write_tflite(graph);
    validate(graph);
  } catch (const Error&) {
  }
}

TEST(Reader, TruncatedFilesDoNotCrash) {
  for (const uint64_t limit : {uint64_t{0}, uint64_t{1} << 30}) {
    const Bytes file = write_tflite(sample_graph(), {.max_inside = limit});
    for (size_t size = 0; size < file.size(); size += size < 64 ? 1 : 13)
      try_file(Bytes::copy(file.data(), size));
  }
}

TEST(Reader, DamagedFilesDoNotCrash) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(concat("seed ", seed));
  std::mt19937 random(seed);
  for (const uint64_t limit : {uint64_t{0}, uint64_t{1} << 30}) {
    const Bytes file = write_tflite(sample_graph(), {.max_inside = limit});
    for (int i = 0; i < 1000; ++i) {
      std::vector<uint8_t> damaged(file.data(), file.data() + file.size());
      for (int flips = 1 + static_cast<int>(random() % 8); flips > 0; --flips) {
        damaged[random() % damaged.size()] ^= static_cast<uint8_t>(1u << (random() % 8));
      }
      try_file(Bytes::own(std::move(damaged)));
    }
  }
}

}  // namespace
}  // namespace litewright
