// Operator tables for applications that carry only the operators of their models.
#include <cstdio>
#include <string>
#include <vector>

#include "core/error.h"
#include "ops/opgen.h"
#include "tflite/reader.h"

namespace {

constexpr const char* kHelp = R"(usage: litewright-opgen MODEL.tflite... [-o FILE]

Writes a C++ source file with just the operators that the models need, to be linked with litewright::runtime.
The CMake function litewright_add_operators(TARGET MODEL...) does both.
)";

void write(const std::string& text, const std::string& path) {
  std::FILE* file = path.empty() ? stdout : std::fopen(path.c_str(), "w");
  const bool written = file != nullptr && std::fputs(text.c_str(), file) >= 0;
  const bool closed = file == stdout ? std::fflush(file) == 0 : file != nullptr && std::fclose(file) == 0;
  if (!written || !closed) litewright::fail(litewright::ErrorCode::kIo, "cannot write '", path, "'");
}

int run(int argc, char** argv) {
  std::vector<litewright::Graph> graphs;
  std::string output;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "-o" && i + 1 < argc) {
      output = argv[++i];
    } else if (!word.empty() && word[0] != '-') {
      graphs.push_back(litewright::read_tflite_file(word));
    } else {
      std::fputs(kHelp, word == "--help" ? stdout : stderr);
      return word == "--help" ? 0 : 2;
    }
  }
  if (graphs.empty()) {
    std::fputs(kHelp, stderr);
    return 2;
  }
  std::vector<const litewright::Graph*> pointers;
  for (const litewright::Graph& graph : graphs) pointers.push_back(&graph);
  write(litewright::operator_table_source(pointers), output);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "litewright-opgen: %s\n", error.what());
    return 1;
  }
}
