// SKIP_GRAM: the n-grams of a sentence's words, with up to max_skip_size words left out between neighbours.
#include <cctype>
#include <string>

#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  if (c.input_dtype(0) != DType::kString) c.fail(c.describe_input(0), " should be string");
  if (c.options<SkipGramOptions>().ngram_size < 1)
    c.fail("ngram_size is ", c.options<SkipGramOptions>().ngram_size);
  c.set_output_at_run(0, DType::kString);
}

std::vector<std::string_view> words_of(std::string_view sentence) {
  const auto is_space = [](char letter) { return std::isspace(static_cast<unsigned char>(letter)) != 0; };
  std::vector<std::string_view> words;
  size_t first = 0;
  for (size_t i = 1; i < sentence.size(); ++i) {
    if (!is_space(sentence[i])) continue;
    if (i > first && !is_space(sentence[first])) words.push_back(sentence.substr(first, i - first));
    first = i + 1;
  }
  if (sentence.size() > first) words.push_back(sentence.substr(first));
  return words;
}

class Grams {
 public:
  Grams(const SkipGramOptions& options, const std::vector<std::string_view>& words)
      : options_(options), words_(words) {
    for (size_t i = 0; i < words.size(); ++i) extend(std::string(words[i]), i, 1);
  }
  const std::vector<std::string>& all() const { return grams_; }

 private:
  // Longer grams come before the one they extend.
  void extend(const std::string& gram, size_t last, int32_t size) {
    if (size < options_.ngram_size) {
      const size_t end =
          std::min(words_.size(), last + static_cast<size_t>(std::max(options_.max_skip_size, -1) + 2));
      for (size_t next = last + 1; next < end; ++next)
        extend(gram + ' ' + std::string(words_[next]), next, size + 1);
    }
    if (size == options_.ngram_size || options_.include_all_ngrams) grams_.push_back(gram);
  }
  const SkipGramOptions& options_;
  const std::vector<std::string_view>& words_;
  std::vector<std::string> grams_;
};

Kernel prepare(PrepareContext& c) {
  return [options = c.options<SkipGramOptions>()](RunContext& run) -> Status {
    const StringReader reader(run.input(0));
    if (!reader.valid() || reader.count() < 1) return Status::error("input 0 holds no sentence");
    const std::vector<std::string_view> words = words_of(reader[0]);
    std::vector<std::string> grams;
    if (words.size() >= static_cast<size_t>(options.ngram_size)) grams = Grams(options, words).all();
    return write_strings(run, 0, {static_cast<int32_t>(grams.size())},
                         std::vector<std::string_view>(grams.begin(), grams.end()));
  };
}

}  // namespace

extern const OpDef kSkipGram;
const OpDef kSkipGram = {.code = BuiltinOp::kSkipGram,
                         .inputs = {{"input"}},
                         .options = &schema_of<SkipGramOptions>(),
                         .infer = infer,
                         .prepare = prepare,
                         .types = "string"};

}  // namespace litewright
