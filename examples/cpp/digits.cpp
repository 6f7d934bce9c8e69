// Says which digits the pictures of an IDX file show, as MNIST's files are: digits MODEL.tflite PICTURES
#include <litewright/interpreter.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

namespace {

constexpr size_t kHeader = 16, kPixels = 28 * 28;

std::vector<uint8_t> read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: digits MODEL.tflite PICTURES\n"), 2;
  try {
    const std::vector<uint8_t> pictures = read(argv[2]);
    litewright::Interpreter interpreter(litewright::Model::from_file(argv[1]), {.num_threads = 2});
    interpreter.allocate_tensors();
    for (size_t first = kHeader; first + kPixels <= pictures.size(); first += kPixels) {
      const auto input = interpreter.input(0).as<float>();
      std::transform(pictures.begin() + first, pictures.begin() + first + kPixels, input.begin(),
                     [](uint8_t pixel) { return pixel / 255.0f; });
      interpreter.invoke();
      const auto scores = interpreter.output(0).as<float>();
      const auto best = std::max_element(scores.begin(), scores.end());
      std::printf("%d %.6f\n", static_cast<int>(best - scores.begin()), *best);
    }
  } catch (const litewright::Error& error) {
    return std::fprintf(stderr, "digits: %s\n", error.what()), 1;
  }
}
