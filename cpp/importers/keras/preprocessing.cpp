// Images and categories made ready; augmentation does nothing at inference.
#include <algorithm>

#include "core/error.h"
#include "importers/keras/lowering.h"
#include "importers/keras/resizing.h"

namespace litewright::keras {
namespace {

Results lower_identity(Lowering& layer) { return one(layer.input()); }

TensorId number_or_list(Lowering& layer, const char* key, double otherwise) {
  if (!layer.config().has(key)) return layer.f(otherwise);
  const std::vector<double> given = layer.config().numbers(key);
  if (given.size() == 1) return layer.f(given[0]);
  return layer.floats(std::vector<float>(given.begin(), given.end()), {static_cast<int32_t>(given.size())});
}

bool all_zero(Lowering& layer, const char* key) {
  if (!layer.config().has(key)) return true;
  const std::vector<double> given = layer.config().numbers(key);
  return std::all_of(given.begin(), given.end(), [](double value) { return value == 0; });
}

Results lower_rescaling(Lowering& layer) {
  const TensorId x = layer.cast(layer.input(), DType::kFloat32);
  const TensorId scaled = layer.mul(x, number_or_list(layer, "scale", 1));
  return one(all_zero(layer, "offset") ? scaled : layer.add(scaled, number_or_list(layer, "offset", 0)));
}

// An image batch with channels last, and the way back.
struct Image {
  TensorId x;
  bool first, single;
};
Image open_image(Lowering& layer) {
  Image image{layer.cast(layer.input(), DType::kFloat32), channels_first(layer.config()),
              layer.rank(layer.input()) == 3};
  if (image.single) image.x = layer.expand(image.x, 0);
  if (layer.rank(image.x) != 4)
    fail(ErrorCode::kInvalidModel, "its input should be images, has the shape ",
         to_string(layer.shape(layer.input())));
  image.x = to_channels_last(layer, image.x, image.first);
  return image;
}
Results close_image(Lowering& layer, const Image& image, TensorId y) {
  y = to_channels_first(layer, y, image.first);
  return one(image.single ? layer.squeeze(y, 0) : y);
}

struct Size {
  int32_t h, w;
};

Size target_size(Lowering& layer) {
  const std::vector<int32_t> h = layer.config().sizes("height", 1, 0),
                             w = layer.config().sizes("width", 1, 0);
  if (h[0] == 0 || w[0] == 0) layer.config().bad("height", "given, like 'width'");
  return {h[0], w[0]};
}

// The middle of the images, whose height is axis `rows` and whose width is the next one.
TensorId crop(Lowering& layer, TensorId x, Size size, int rows = 1) {
  const int32_t h = layer.channels(x, rows), w = layer.channels(x, rows + 1);
  if (size.h == h && size.w == w) return x;
  const auto at = static_cast<size_t>(rows);
  const int32_t top = (h - size.h) / 2, left = (w - size.w) / 2;
  Axes begin(static_cast<size_t>(layer.rank(x)), 0), end = begin;
  begin[at] = top;
  begin[at + 1] = left;
  end[at] = top + size.h;
  end[at + 1] = left + size.w;
  StridedSliceOptions options;
  options.begin_mask = options.end_mask = ((1 << begin.size()) - 1) & ~(0b11 << rows);
  return layer.slice(x, begin, end, Axes(begin.size(), 1), options);
}

// The largest part of the image with the target's aspect ratio, resized.
TensorId smart_resize(Lowering& layer, TensorId x, Size to, const std::string& how) {
  const int32_t h = layer.channels(x, 1), w = layer.channels(x, 2);
  const auto scaled = [](int32_t a, int32_t b, int32_t c) {
    return static_cast<int32_t>(static_cast<double>(a) * b / c);
  };
  const Size part = {std::clamp(scaled(w, to.h, to.w), 1, h), std::clamp(scaled(h, to.w, to.h), 1, w)};
  return resize_to(layer, crop(layer, x, part), to.h, to.w, how);
}

TensorId resize_padded(Lowering& layer, TensorId x, Size to, const std::string& how) {
  const int32_t h = layer.channels(x, 1), w = layer.channels(x, 2);
  const auto scaled = [](int32_t a, int32_t b, int32_t c) {
    return static_cast<int32_t>(static_cast<double>(a) * b / c);
  };
  const Size whole = {std::max(h, scaled(w, to.h, to.w)), std::max(w, scaled(h, to.w, to.h))};
  const int32_t top = (whole.h - h) / 2, left = (whole.w - w) / 2;
  const float fill = static_cast<float>(layer.config().number("fill_value", 0));
  // As much on both sides: an odd rest is left out.
  const TensorId padded = layer.pad(x, {{0, 0}, {top, top}, {left, left}, {0, 0}}, fill);
  return resize_to(layer, padded, to.h, to.w, how);
}

Results lower_resizing(Lowering& layer) {
  const Config& config = layer.config();
  const Image image = open_image(layer);
  const Size to = target_size(layer);
  std::string how = config.text("interpolation", "bilinear");
  std::transform(how.begin(), how.end(), how.begin(), [](unsigned char c) { return std::tolower(c); });
  if (config.flag("antialias", false)) layer.unsupported("antialias is not convertible; set antialias=False");
  TensorId y;
  if (config.flag("crop_to_aspect_ratio", false)) {
    y = smart_resize(layer, image.x, to, how);
  } else if (config.flag("pad_to_aspect_ratio", false)) {
    y = resize_padded(layer, image.x, to, how);
  } else {
    y = resize_to(layer, image.x, to.h, to.w, how);
  }
  return close_image(layer, image, y);
}

Results lower_center_crop(Lowering& layer) {
  const Size to = target_size(layer);
  const TensorId x = layer.cast(layer.input(), DType::kFloat32);
  const int rows = layer.rank(x) - (channels_first(layer.config()) ? 2 : 3);
  if (rows >= 0 && layer.channels(x, rows) >= to.h && layer.channels(x, rows + 1) >= to.w)
    return one(crop(layer, x, to, rows));
  const Image image = open_image(layer);
  return close_image(layer, image, smart_resize(layer, image.x, to, "bilinear"));
}

// Indexes below `depth` as "int", "one_hot", "multi_hot" or "count" want them.
TensorId encode(Lowering& layer, TensorId indices, int32_t depth, const std::string& mode, TensorId weights) {
  if (mode == "int") return indices;
  const int rank = layer.rank(indices);
  const bool squeezed =
      mode == "one_hot" && rank > 1 && layer.shape(indices)[static_cast<size_t>(rank) - 1] == 1;
  if (squeezed) indices = layer.squeeze(indices, rank - 1);
  if (mode != "one_hot" && rank == 1) indices = layer.expand(indices, 1);
  const TensorId wide = layer.cast(indices, DType::kInt32);
  TensorId encoded = layer.op(
      BuiltinOp::kOneHot, {wide, layer.builder().scalar(depth), layer.f(1), layer.f(0)}, OneHotOptions{-1});
  if (mode == "one_hot") return encoded;
  const int along = layer.rank(encoded) - 2;
  if (mode == "multi_hot") return layer.reduce(BuiltinOp::kReduceMax, encoded, {along}, false);
  if (mode != "count") layer.config().bad("output_mode", "'int', 'one_hot', 'multi_hot' or 'count'");
  if (weights != kNoTensor)
    encoded = layer.mul(encoded, layer.expand(layer.cast(weights, DType::kFloat32), layer.rank(weights)));
  return layer.reduce(BuiltinOp::kSum, encoded, {along}, false);
}

Results lower_category_encoding(Lowering& layer) {
  const int64_t depth = layer.config().integer("num_tokens");
  if (depth < 1 || depth > (1 << 24)) layer.config().bad("num_tokens", "positive");
  const Argument* weights = layer.argument("count_weights", 1);
  return one(encode(layer, layer.input(), static_cast<int32_t>(depth),
                    layer.config().text("output_mode", "multi_hot"),
                    weights != nullptr ? weights->tensor : kNoTensor));
}

Results lower_discretization(Lowering& layer) {
  if (!layer.config().has("bin_boundaries"))
    layer.unsupported("it has no bin_boundaries; call adapt() before saving the model");
  const std::vector<double> given = layer.config().numbers("bin_boundaries");
  const std::vector<float> boundaries(given.begin(), given.end());
  if (!std::is_sorted(boundaries.begin(), boundaries.end())) layer.config().bad("bin_boundaries", "sorted");
  TensorId bins = layer.op(BuiltinOp::kBucketize, {layer.cast(layer.input(), DType::kFloat32)},
                           BucketizeOptions{boundaries});
  const std::string mode = layer.config().text("output_mode", "int");
  if (mode == "int" && layer.keras() < 3) bins = layer.cast(bins, DType::kInt64);
  return one(encode(layer, bins, static_cast<int32_t>(boundaries.size()) + 1, mode, kNoTensor));
}

// The place of each number in the vocabulary, behind the mask token and the places for unknown numbers.
Results lower_integer_lookup(Lowering& layer) {
  const Config& config = layer.config();
  if (!config.has("vocabulary") || !config.raw("vocabulary").is_array() || config.raw("vocabulary").empty())
    layer.unsupported("its vocabulary is not in the file; give it as a list, or call adapt() before saving");
  if (config.flag("invert", false)) layer.unsupported("invert=True; look the numbers up behind the model");
  std::vector<int32_t> vocabulary;
  for (const int64_t token : config.integers("vocabulary")) {
    if (token < INT32_MIN || token > INT32_MAX) config.bad("vocabulary", "made of 32-bit numbers");
    vocabulary.push_back(static_cast<int32_t>(token));
  }
  const std::string mode = config.text("output_mode", "int");
  const bool masked = config.has("mask_token") && mode == "int";
  const auto unknown = static_cast<int32_t>(config.integer("num_oov_indices", 1));
  const int32_t known = unknown + (masked ? 1 : 0), size = known + static_cast<int32_t>(vocabulary.size());
  if (config.flag("pad_to_max_tokens", false)) layer.unsupported("pad_to_max_tokens=True");
  if (unknown != 1) layer.unsupported("num_oov_indices other than 1; unknown numbers need one place");
  const TensorId x = layer.cast(layer.input(), DType::kInt32);
  // One hot over the vocabulary, times each word's distance from the place for unknown numbers.
  const auto words = static_cast<int32_t>(vocabulary.size());
  const TensorId hits =
      layer.op(BuiltinOp::kEqual, {layer.expand(x, layer.rank(x)), layer.ints(vocabulary)}, EqualOptions{});
  Axes distances;
  for (int32_t i = 0; i < words; ++i) distances.push_back(i + 1);
  const TensorId found = layer.mul(layer.cast(hits, DType::kInt32), layer.ints(distances));
  TensorId index = layer.reduce(BuiltinOp::kSum, found, {layer.rank(found) - 1}, false);
  if (masked) {
    const auto token = static_cast<int32_t>(config.integer("mask_token"));
    const TensorId absent = layer.op(BuiltinOp::kEqual, {x, layer.builder().scalar(token)}, EqualOptions{});
    index = layer.select(absent, layer.builder().scalar<int32_t>(0),
                         layer.add(index, layer.builder().scalar<int32_t>(1)));
  }
  if (mode == "int") return one(layer.cast(index, DType::kInt64));
  if (mode != "tf_idf") return one(encode(layer, index, size, mode, kNoTensor));
  const std::vector<double> given = config.numbers("idf_weights");
  std::vector<float> weights(given.begin(), given.end());
  if (weights.size() == vocabulary.size()) {  // the unknown number weighs as much as the average
    float total = 0;
    for (const float weight : weights) total += weight;
    weights.insert(weights.begin(), total / static_cast<float>(words));
  }
  if (static_cast<int32_t>(weights.size()) != size) config.bad("idf_weights", "as long as the vocabulary");
  return one(layer.mul(encode(layer, index, size, "count", kNoTensor), layer.floats(weights, {size})));
}

// Every channel of every image stretched to the whole range; flat ones stay as they are.
Results lower_auto_contrast(Lowering& layer) {
  const Config& config = layer.config();
  const std::vector<double> range =
      config.has("value_range") ? config.numbers("value_range") : std::vector<double>{0, 255};
  const TensorId x = layer.cast(layer.input(), DType::kFloat32);
  if (range.size() != 2 || range[0] >= range[1]) config.bad("value_range", "a lower and a higher number");
  if (layer.rank(x) != 4) layer.unsupported("its input should be a batch of images");
  const TensorId low = layer.reduce(BuiltinOp::kReduceMin, x, {1, 2}, true),
                 spread = layer.sub(layer.reduce(BuiltinOp::kReduceMax, x, {1, 2}, true), low);
  const TensorId flat = layer.op(BuiltinOp::kEqual, {spread, layer.f(0)}, EqualOptions{});
  const TensorId share = layer.div(layer.sub(x, low), layer.select(flat, layer.f(1), spread));
  const TensorId y = layer.add(layer.mul(share, layer.f(range[1] - range[0])), layer.f(range[0]));
  return one(layer.select(flat, x, y));
}

// Keras 3 leaves images alone at inference; Keras 2 cut out the middle.
Results lower_random_crop(Lowering& layer) {
  return layer.keras() >= 3 ? lower_identity(layer) : lower_center_crop(layer);
}

}  // namespace

Rows preprocessing_layers() {
  static const LayerRow kRows[] = {
      {"Rescaling", lower_rescaling},
      {"Resizing", lower_resizing},
      {"CenterCrop", lower_center_crop},
      {"CategoryEncoding", lower_category_encoding},
      {"Discretization", lower_discretization},
      {"Solarization", lower_identity},
      {"RandomBrightness", lower_identity},
      {"RandomColorDegeneration", lower_identity},
      {"RandomColorJitter", lower_identity},
      {"RandomContrast", lower_identity},
      {"RandomElasticTransform", lower_identity},
      {"RandomErasing", lower_identity},
      {"RandomFlip", lower_identity},
      {"RandomGaussianBlur", lower_identity},
      {"RandomGrayscale", lower_identity},
      {"RandomHeight", lower_identity},
      {"RandomHue", lower_identity},
      {"RandomInvert", lower_identity},
      {"RandomPerspective", lower_identity},
      {"RandomPosterization", lower_identity},
      {"RandomRotation", lower_identity},
      {"RandomSaturation", lower_identity},
      {"RandomSharpness", lower_identity},
      {"RandomShear", lower_identity},
      {"RandomTranslation", lower_identity},
      {"RandomWidth", lower_identity},
      {"RandomZoom", lower_identity},
      {"AugMix", lower_identity},
      {"AutoContrast", lower_auto_contrast},
      {"IntegerLookup", lower_integer_lookup},
      {"CutMix", lower_identity},
      {"MixUp", lower_identity},
      {"RandAugment", lower_identity},
      {"RandomCrop", lower_random_crop},
  };
  return kRows;
}

}  // namespace litewright::keras
