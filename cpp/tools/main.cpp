// The litewright command line: convert, quantize and inspect models without Python.
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "graph/dump.h"
#include "graph/validate.h"
#include "importers/keras/keras.h"
#include "ops/op_def.h"
#include "passes/passes.h"
#include "quant/quantize.h"
#include "tflite/reader.h"
#include "tflite/writer.h"

namespace litewright {
namespace {

constexpr const char* kHelp = R"(usage: litewright COMMAND ARGUMENTS

  convert MODEL -o FILE [--weights FILE] [--quantize MODE]
      a Keras model (.h5, .keras, or a JSON architecture with --weights) becomes a .tflite file
  quantize MODEL.tflite -o FILE --quantize MODE
      a smaller copy of any float .tflite file
  inspect MODEL.tflite
      operators, tensors and signatures
  operators
      the operators this build has, with the highest version of each

MODE is one of
  dynamic   int8 weights, float activations: a quarter of the size, and faster
  float16   weights stored as float16: half of the size
  int4      int4 weights of dense and convolution layers
Full integer quantization needs samples: use litewright.lite.TFLiteConverter in Python.

example
  litewright convert digits.h5 -o digits.tflite --quantize dynamic
)";

struct Arguments {
  std::vector<std::string> positional;
  std::map<std::string, std::string> options;

  const std::string& required(const std::string& name) const {
    const auto found = options.find(name);
    if (found == options.end())
      fail(ErrorCode::kInvalidArgument, "it needs ", name, " (see litewright --help)");
    return found->second;
  }
  const std::string& model() const {
    if (positional.size() != 1)
      fail(ErrorCode::kInvalidArgument, "it takes one model file (see litewright --help)");
    return positional[0];
  }
};

Arguments parse(int argc, char** argv) {
  const std::map<std::string, std::string> names = {
      {"-o", "-o"}, {"--output", "-o"}, {"--quantize", "--quantize"}, {"--weights", "--weights"}};
  Arguments arguments;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.empty() || word[0] != '-') {
      arguments.positional.push_back(word);
      continue;
    }
    const auto name = names.find(word);
    if (name == names.end())
      fail(ErrorCode::kInvalidArgument, "unknown option ", word, " (see litewright --help)");
    if (i + 1 == argc) fail(ErrorCode::kInvalidArgument, word, " needs a value");
    arguments.options[name->second] = argv[++i];
  }
  return arguments;
}

QuantMode parse_mode(const std::string& name) {
  const std::map<std::string, QuantMode> modes = {{"dynamic", QuantMode::kDynamicRange},
                                                  {"float16", QuantMode::kFloat16},
                                                  {"int4", QuantMode::kInt4Weights}};
  const auto found = modes.find(name);
  if (found == modes.end())
    fail(ErrorCode::kInvalidArgument, "--quantize takes dynamic, float16 or int4, not ", name);
  return found->second;
}

void write(const Graph& graph, const std::string& path) {
  write_tflite_file(graph, path);
  std::printf("wrote %s: %zu operators\n", path.c_str(), graph.main().operators.size());
}

void convert(const Arguments& arguments) {
  keras::KerasImportOptions options;
  if (arguments.options.count("--weights")) options.other = arguments.options.at("--weights");
  const std::string& path = arguments.required("-o");
  Graph graph = keras::import_keras(arguments.model(), options);
  optimize(graph);
  if (arguments.options.count("--quantize"))
    graph = quantize(graph, {.mode = parse_mode(arguments.options.at("--quantize"))});
  write(graph, path);
}

void quantize_file(const Arguments& arguments) {
  const QuantMode mode = parse_mode(arguments.required("--quantize"));
  const std::string& path = arguments.required("-o");
  const Graph graph = read_tflite_file(arguments.model());
  validate(graph);
  write(quantize(graph, {.mode = mode}), path);
}

void inspect(const Arguments& arguments) {
  const Graph graph = read_tflite_file(arguments.model());
  std::fputs(dump(graph).c_str(), stdout);
  validate(graph);
}

void list_operators(const Arguments&) {
  for (const OpDef* op : all_ops()) std::printf("%-32s %d\n", builtin_op_name(op->code), op->max_version);
}

int run(int argc, char** argv) {
  const std::string command = argc < 2 ? "--help" : argv[1];
  if (command == "--help" || command == "-h" || command == "help") {
    std::fputs(kHelp, stdout);
    return argc < 2 ? 2 : 0;
  }
  const std::map<std::string, std::function<void(const Arguments&)>> commands = {
      {"convert", convert}, {"quantize", quantize_file}, {"inspect", inspect}, {"operators", list_operators}};
  const auto found = commands.find(command);
  if (found == commands.end())
    fail(ErrorCode::kInvalidArgument, "unknown command ", command, " (see litewright --help)");
  with_context([&] { return command; }, [&] { found->second(parse(argc, argv)); });
  return 0;
}

}  // namespace
}  // namespace litewright

int main(int argc, char** argv) {
  try {
    return litewright::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "litewright: %s\n", error.what());
    return 1;
  }
}
