// TFLite_Detection_PostProcess (custom; box encodings [1, anchors, >= 4], class scores [1, anchors, classes],
// anchors [anchors, 4]): decodes boxes from their anchors and keeps the best of those that overlap, for all
// classes at once (fast) or class by class (regular). Results: boxes, classes, scores, and how many there
// are.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/flex_options.h"
#include "ops/movement.h"

namespace litewright {
namespace {

struct DetectionOptions {
  int32_t max_detections, max_classes, per_class, classes;
  float score_threshold, iou_threshold;
  bool regular;
  float scale[4];  // y, x, h, w
};

DetectionOptions options(const NodeContext& c) {
  const flexbuffers::Map m = flex_options(c);
  DetectionOptions o{
      m["max_detections"].AsInt32(),
      m["max_classes_per_detection"].AsInt32(),
      m["detections_per_class"].IsNull() ? 100 : m["detections_per_class"].AsInt32(),
      m["num_classes"].AsInt32(),
      m["nms_score_threshold"].AsFloat(),
      m["nms_iou_threshold"].AsFloat(),
      !m["use_regular_nms"].IsNull() && m["use_regular_nms"].AsBool(),
      {m["y_scale"].AsFloat(), m["x_scale"].AsFloat(), m["h_scale"].AsFloat(), m["w_scale"].AsFloat()}};
  if (o.max_detections < 0 || o.max_classes < 1 || o.classes < 1 ||
      !(o.iou_threshold > 0 && o.iou_threshold <= 1) ||
      (o.regular && std::min(o.per_class, o.max_detections) < 1)) {
    c.fail("its options are not possible: max_detections ", o.max_detections, ", max_classes_per_detection ",
           o.max_classes, ", num_classes ", o.classes, ", nms_iou_threshold ", o.iou_threshold);
  }
  return o;
}

void infer(InferContext& c) {
  const DetectionOptions o = options(c);
  const Shape& encodings = c.input_shape(0);
  const Shape& scores = c.input_shape(1);
  const bool types = c.input_dtype(0) == c.input_dtype(2) &&
                     (c.input_dtype(0) == DType::kFloat32 || c.input_dtype(0) == DType::kUInt8) &&
                     (c.input_dtype(1) == DType::kFloat32 || c.input_dtype(1) == DType::kUInt8);
  if (!types) c.fail("its inputs should be float32 or uint8");
  if (encodings.size() != 3 || encodings[0] != 1 || encodings[2] < 4)
    c.fail(c.describe_input(0), " should be [1, anchors, >= 4]");
  if (scores.size() != 3 || scores[0] != 1 || scores[1] != encodings[1] || scores[2] - o.classes < 0 ||
      scores[2] - o.classes > 1) {
    c.fail(c.describe_input(1), " does not fit ", encodings[1], " anchors and ", o.classes, " classes");
  }
  if (c.input_shape(2) != Shape{encodings[1], 4})
    c.fail(c.describe_input(2), " should be [", encodings[1], ", 4]");
  const int64_t boxes = int64_t{o.max_detections} * o.max_classes;
  c.set_output(0, DType::kFloat32, checked_shape(c, {1, boxes, 4}));
  c.set_output(1, DType::kFloat32, checked_shape(c, {1, boxes}));
  c.set_output(2, DType::kFloat32, checked_shape(c, {1, boxes}));
  c.set_output(3, DType::kFloat32, {1});
}

struct Box {
  float top, left, bottom, right;
  float area() const { return (bottom - top) * (right - left); }
};

float overlap(const Box& a, const Box& b) {
  if (a.area() <= 0 || b.area() <= 0) return 0;
  const float height = std::max(std::min(a.bottom, b.bottom) - std::max(a.top, b.top), 0.0f);
  const float width = std::max(std::min(a.right, b.right) - std::max(a.left, b.left), 0.0f);
  return height * width / (a.area() + b.area() - height * width);
}

// Elements of a float32 or quantized uint8 operand as floats.
std::vector<float> floats(const RunContext& run, int operand) {
  const int64_t count = num_elements(run.input_shape(operand));
  if (run.input_dtype(operand) == DType::kFloat32)
    return {run.in<float>(operand), run.in<float>(operand) + count};
  const Quantization& q = run.input_quantization(operand);
  const float scale = q.scale.empty() ? 0.0f : q.scale[0], zero = static_cast<float>(q.zero());
  std::vector<float> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = (static_cast<float>(run.in<uint8_t>(operand)[i]) - zero) * scale;
  return values;
}

std::vector<Box> decode(const RunContext& run, const DetectionOptions& o) {
  const std::vector<float> encodings = floats(run, 0), anchors = floats(run, 2);
  const int64_t width = run.input_shape(0)[2];
  std::vector<Box> boxes(run.input_shape(0)[1]);
  for (size_t i = 0; i < boxes.size(); ++i) {
    const float* code = encodings.data() + i * width;
    const float* anchor = anchors.data() + 4 * i;  // y, x, h, w
    const auto scaled = [&](int k) { return static_cast<double>(code[k]) / static_cast<double>(o.scale[k]); };
    const auto y =
        static_cast<float>(scaled(0) * static_cast<double>(anchor[2]) + static_cast<double>(anchor[0]));
    const auto x =
        static_cast<float>(scaled(1) * static_cast<double>(anchor[3]) + static_cast<double>(anchor[1]));
    const auto half_height = static_cast<float>(0.5 * std::exp(scaled(2)) * static_cast<double>(anchor[2]));
    const auto half_width = static_cast<float>(0.5 * std::exp(scaled(3)) * static_cast<double>(anchor[3]));
    boxes[i] = {y - half_height, x - half_width, y + half_height, x + half_width};
  }
  return boxes;
}

// The boxes with at least the threshold score, best first, without those that overlap a better one.
std::vector<int32_t> suppress(const std::vector<Box>& boxes, const std::vector<float>& scores,
                              const DetectionOptions& o, int32_t most) {
  std::vector<int32_t> order;
  for (size_t i = 0; i < boxes.size(); ++i) {
    if (scores[i] >= o.score_threshold) order.push_back(static_cast<int32_t>(i));
  }
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return scores[a] > scores[b]; });
  std::vector<int32_t> selected;
  for (int32_t candidate : order) {
    if (static_cast<int32_t>(selected.size()) >= most) break;
    const bool covered = std::any_of(selected.begin(), selected.end(), [&](int32_t better) {
      return overlap(boxes[better], boxes[candidate]) > o.iou_threshold;
    });
    if (!covered) selected.push_back(candidate);
  }
  return selected;
}

struct Detections {
  RunContext& run;
  void put(int64_t place, const Box& box, int32_t label, float score) const {
    float* corners = run.out<float>(0) + 4 * place;
    corners[0] = box.top;
    corners[1] = box.left;
    corners[2] = box.bottom;
    corners[3] = box.right;
    run.out<float>(1)[place] = static_cast<float>(label);
    run.out<float>(2)[place] = score;
  }
};

int64_t detect_fast(const Detections& out, const DetectionOptions& o, const std::vector<Box>& boxes,
                    const std::vector<float>& scores, int64_t row) {
  const int64_t offset = row - o.classes;  // the background's score comes first
  const int32_t kept = std::min(o.max_classes, o.classes);
  std::vector<std::vector<int32_t>> labels(boxes.size(), std::vector<int32_t>(o.classes));
  std::vector<float> best(boxes.size());
  for (size_t i = 0; i < boxes.size(); ++i) {
    const float* own = scores.data() + i * row + offset;
    std::iota(labels[i].begin(), labels[i].end(), 0);
    if (kept == 1) {
      labels[i][0] = static_cast<int32_t>(std::max_element(own, own + o.classes) - own);
    } else {
      std::partial_sort(labels[i].begin(), labels[i].begin() + kept, labels[i].end(),
                        [own](int32_t a, int32_t b) { return own[a] > own[b]; });
    }
    best[i] = own[labels[i][0]];
  }
  int64_t count = 0;
  for (int32_t box : suppress(boxes, best, o, o.max_detections)) {
    for (int32_t k = 0; k < kept; ++k) {
      const int32_t label = labels[box][k];
      out.put(count * o.max_classes + k, boxes[box], label, scores[box * row + offset + label]);
    }
    ++count;
  }
  return count;
}

int64_t detect_regular(const Detections& out, const DetectionOptions& o, const std::vector<Box>& boxes,
                       const std::vector<float>& scores, int64_t row) {
  struct Found {
    int32_t box, label;
    float score;
  };
  std::vector<Found> found;
  std::vector<float> own(boxes.size());
  for (int32_t label = 0; label < o.classes; ++label) {
    for (size_t i = 0; i < boxes.size(); ++i) own[i] = scores[i * row + row - o.classes + label];
    const auto middle = static_cast<int64_t>(found.size());
    for (int32_t box : suppress(boxes, own, o, std::min(o.per_class, o.max_detections)))
      found.push_back({box, label, own[box]});
    std::inplace_merge(found.begin(), found.begin() + middle, found.end(),
                       [](const Found& a, const Found& b) { return a.score > b.score; });
    if (static_cast<int32_t>(found.size()) > o.max_detections) found.resize(o.max_detections);
  }
  for (size_t i = 0; i < found.size(); ++i)
    out.put(static_cast<int64_t>(i), boxes[found[i].box], found[i].label, found[i].score);
  return static_cast<int64_t>(found.size());
}

Kernel prepare(PrepareContext& c) {
  return [o = options(c)](RunContext& run) -> Status {
    const std::vector<Box> boxes = decode(run, o);
    for (const Box& box : boxes) {
      if (box.top > box.bottom || box.left > box.right)
        return Status::error("a decoded box has a negative extent");
    }
    for (int i = 0; i < 3; ++i) std::fill_n(run.out<float>(i), num_elements(run.output_shape(i)), 0.0f);
    const std::vector<float> scores = floats(run, 1);
    const int64_t row = run.input_shape(1)[2];
    const Detections out{run};
    *run.out<float>(3) = static_cast<float>(o.regular ? detect_regular(out, o, boxes, scores, row)
                                                      : detect_fast(out, o, boxes, scores, row));
    return {};
  };
}

}  // namespace

extern const CustomOpDef kDetectionPostprocess;
const CustomOpDef kDetectionPostprocess = {"TFLite_Detection_PostProcess", infer, prepare};

}  // namespace litewright
