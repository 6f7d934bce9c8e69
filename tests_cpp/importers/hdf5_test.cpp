#include "importers/hdf5/hdf5.h"

#include <gtest/gtest.h>
#include <hdf5.h>
#include <unistd.h>

#include <bit>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "core/error.h"
#include "core/float16.h"

namespace litewright::hdf5 {
namespace {

// A file that `fill` writes, gone with the object.
class Scratch {
 public:
  explicit Scratch(const std::function<void(hid_t)>& fill) {
    path_ =
        std::filesystem::temp_directory_path() / ("litewright_hdf5_" + std::to_string(::getpid()) + ".h5");
    const hid_t file = H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    fill(file);
    H5Fclose(file);
  }
  ~Scratch() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }
  Bytes bytes() const {
    std::ifstream in(path_, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    return Bytes::copy(text.data(), text.size());
  }

 private:
  std::filesystem::path path_;
};

void write(hid_t where, const char* name, hid_t type, const std::vector<hsize_t>& dims, const void* data,
           hid_t creation = H5P_DEFAULT) {
  const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
  const hid_t set = H5Dcreate2(where, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  if (data != nullptr) H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
  H5Dclose(set);
  H5Sclose(space);
}

void write_strings(hid_t where, const char* name, const std::vector<const char*>& texts, bool variable) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, variable ? H5T_VARIABLE : 8);
  const hsize_t count = texts.size();
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t attribute = H5Acreate2(where, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  if (variable) {
    H5Awrite(attribute, type, texts.data());
  } else {
    std::string flat;
    for (const char* text : texts)
      flat += std::string(text) + std::string(8 - std::string(text).size(), '\0');
    H5Awrite(attribute, type, flat.data());
  }
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

TEST(Hdf5, ReadsNumbersOfEveryWidth) {
  const std::vector<double> doubles = {1.5, -2};
  const std::vector<int64_t> integers = {7, -8};
  const std::vector<float> singles = {1.5, -2, 3};
  std::vector<uint32_t> reversed;
  for (const float value : singles) reversed.push_back(__builtin_bswap32(std::bit_cast<uint32_t>(value)));
  const std::vector<uint16_t> halves = {float_to_half(1.5f).bits, float_to_half(-2.f).bits};
  const Scratch scratch([&](hid_t file) {
    write(file, "f64", H5T_NATIVE_DOUBLE, {2}, doubles.data());
    write(file, "i64", H5T_NATIVE_INT64, {1, 2}, integers.data());
    const hid_t half = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_size(half, 2);
    H5Tset_ebias(half, 15);
    write(file, "f16", half, {2}, halves.data());
    H5Tclose(half);
    write(file, "none", H5T_NATIVE_FLOAT, {0}, nullptr);
    write(file, "f32", H5T_IEEE_F32LE, {3}, singles.data());
    write(file, "f32 reversed", H5T_IEEE_F32BE, {3}, reversed.data());
  });
  const Bytes bytes = scratch.bytes();
  const auto values = [](const Array& array) {
    return std::vector<float>(array.data.as<float>().begin(), array.data.as<float>().end());
  };
  for (const File& file : {File::open(scratch.path()), File::from_bytes(bytes, "memory")}) {
    EXPECT_EQ(values(file.read("f64")), (std::vector<float>{1.5, -2}));
    EXPECT_EQ(values(file.read("f16")), (std::vector<float>{1.5, -2}));
    EXPECT_EQ(values(file.read("i64")), (std::vector<float>{7, -8}));
    EXPECT_EQ(values(file.read("f32")), singles);
    EXPECT_EQ(values(file.read("f32 reversed")), singles);
    EXPECT_EQ(file.shape("i64"), (std::vector<int64_t>{1, 2}));
    EXPECT_TRUE(file.read("none").data.empty());
    EXPECT_EQ(file.children(""),
              (std::vector<std::string>{"f16", "f32", "f32 reversed", "f64", "i64", "none"}));
  }
}

TEST(Hdf5, ReadsTextsWhole) {
  const Scratch scratch([](hid_t file) {
    write_strings(file, "fixed", {"one"}, false);
    write_strings(file, "variable", {"a longer text"}, true);
    write_strings(file, "names", {"a", "b"}, false);
    write_strings(file, "split0", {"a"}, false);
    write_strings(file, "split1", {"b", "c"}, true);
  });
  const File file = File::open(scratch.path());
  EXPECT_EQ(file.string_attribute("", "fixed"), "one");
  EXPECT_EQ(file.string_attribute("", "variable"), "a longer text");
  EXPECT_EQ(file.string_attribute("", "absent"), std::nullopt);
  EXPECT_EQ(file.string_list_attribute("", "names"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(file.string_list_attribute("", "split"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_THROW(file.string_attribute("", "names"), Error);
}

struct Hostile {
  const char* name;
  std::function<void(hid_t)> fill;  // makes "x", which must not be readable
};

class Hdf5Hostile : public testing::TestWithParam<Hostile> {};

TEST_P(Hdf5Hostile, IsRefusedWithAnError) {
  const Scratch scratch(GetParam().fill);
  const File file = File::open(scratch.path());
  EXPECT_THROW(file.read("x"), Error);
}

const Hostile kHostile[] = {
    {"SoftLink", [](hid_t f) { H5Lcreate_soft("/x", f, "x", H5P_DEFAULT, H5P_DEFAULT); }},
    {"ExternalLink",
     [](hid_t f) { H5Lcreate_external("/etc/passwd", "/y", f, "x", H5P_DEFAULT, H5P_DEFAULT); }},
    {"HugeExtent",
     [](hid_t f) {
       write(f, "x", H5T_NATIVE_FLOAT, {1 << 20, 1 << 20}, nullptr);
     }},
    {"OverflowingExtent",
     [](hid_t f) {
       const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
       const hsize_t chunk[] = {1, 1, 1};
       H5Pset_chunk(creation, 3, chunk);
       H5Pset_alloc_time(creation, H5D_ALLOC_TIME_INCR);
       const hsize_t many = hsize_t{1} << 31;
       write(f, "x", H5T_NATIVE_FLOAT, {many, many, 16}, nullptr, creation);
       H5Pclose(creation);
     }},
    {"ExternalStorage",
     [](hid_t f) {
       const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
       H5Pset_external(creation, "/etc/passwd", 0, 16);
       write(f, "x", H5T_NATIVE_FLOAT, {4}, nullptr, creation);
       H5Pclose(creation);
     }},
    {"VirtualDataset",
     [](hid_t f) {
       const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
       const hsize_t four = 4;
       const hid_t space = H5Screate_simple(1, &four, nullptr);
       H5Pset_virtual(creation, space, "other.h5", "y", space);
       write(f, "x", H5T_NATIVE_FLOAT, {4}, nullptr, creation);
       H5Sclose(space);
       H5Pclose(creation);
     }},
    {"Text",
     [](hid_t f) {
       const hid_t type = H5Tcopy(H5T_C_S1);
       write(f, "x", type, {4}, "abc");
       H5Tclose(type);
     }},
    {"Group", [](hid_t f) { H5Gclose(H5Gcreate2(f, "x", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); }},
    {"Missing", [](hid_t) {}},
};
INSTANTIATE_TEST_SUITE_P(All, Hdf5Hostile, testing::ValuesIn(kHostile),
                         [](const auto& info) { return info.param.name; });

TEST(Hdf5, HardLinkCyclesEnd) {
  const Scratch scratch([](hid_t file) {
    const hid_t group = H5Gcreate2(file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file, "/", group, "up", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
  });
  const File file = File::open(scratch.path());
  EXPECT_TRUE(file.is_group("a/up/a/up/a"));
  EXPECT_EQ(file.children("a/up"), std::vector<std::string>{"a"});
}

TEST(Hdf5, WhatIsNotHdf5IsNamed) {
  EXPECT_THROW(File::open("/nowhere/model.h5"), Error);
  const Scratch scratch(
      [](hid_t file) { H5Gclose(H5Gcreate2(file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); });
  const Bytes bytes = scratch.bytes();
  EXPECT_THROW(File::from_bytes(bytes.slice(0, bytes.size() / 2), "half"), Error);
  EXPECT_THROW(File::from_bytes({}, "nothing"), Error);
}

}  // namespace
}  // namespace litewright::hdf5
