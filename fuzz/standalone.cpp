// Runs a fuzz target without libFuzzer: over files, and `--runs N` mutations of each.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                                                unsigned seed);

namespace {
std::minstd_rand random_numbers;
}

// One change of bytes, in place of libFuzzer's own.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size) {
  if (size == 0) return 0;
  const size_t at = random_numbers() % size;
  switch (random_numbers() % 4) {
    case 0:
      data[at] ^= static_cast<uint8_t>(1u << random_numbers() % 8);
      return size;
    case 1:
      data[at] = static_cast<uint8_t>(random_numbers());
      return size;
    case 2:
      return at;
    default: {
      const size_t count = std::min({size - at, max_size - size, size_t{8}});
      std::memmove(data + at + count, data + at, size - at);
      return size + count;
    }
  }
}

int main(int argc, char** argv) {
  int runs = 100;
  long done = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
      runs = std::atoi(argv[++i]);
      continue;
    }
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "cannot read %s\n", argv[i]);
      return 2;
    }
    const std::vector<uint8_t> seed{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(seed.data(), seed.size());
    random_numbers.seed(1);
    for (int run = 0; run < runs; ++run, ++done) {
      std::vector<uint8_t> data = seed;
      size_t size = data.size();
      data.resize(size + 4096);
      for (unsigned count = 1 + random_numbers() % 3; count > 0; --count) {
        size = LLVMFuzzerCustomMutator != nullptr
                   ? LLVMFuzzerCustomMutator(data.data(), size, data.size(), random_numbers())
                   : LLVMFuzzerMutate(data.data(), size, data.size());
      }
      LLVMFuzzerTestOneInput(data.data(), size);
    }
  }
  std::printf("%ld mutations\n", done);
  return 0;
}
