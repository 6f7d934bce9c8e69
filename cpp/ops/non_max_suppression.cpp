// NON_MAX_SUPPRESSION_V4 (boxes, scores, max_output_size, iou_threshold, score_threshold): the best boxes of
// those that overlap. NON_MAX_SUPPRESSION_V5 adds soft_nms_sigma, by which overlap lowers scores (Bodla et
// al., "Soft-NMS"), and gives the scores.
#include <algorithm>
#include <cmath>
#include <deque>
#include <queue>

#include "ops/movement.h"

namespace litewright {
namespace {

// Corners (y1, x1), (y2, x2), in any order.
float overlap(const float* a, const float* b) {
  const float a_top = std::min(a[0], a[2]), a_bottom = std::max(a[0], a[2]), a_left = std::min(a[1], a[3]),
              a_right = std::max(a[1], a[3]);
  const float b_top = std::min(b[0], b[2]), b_bottom = std::max(b[0], b[2]), b_left = std::min(b[1], b[3]),
              b_right = std::max(b[1], b[3]);
  const float a_area = (a_bottom - a_top) * (a_right - a_left),
              b_area = (b_bottom - b_top) * (b_right - b_left);
  if (a_area <= 0 || b_area <= 0) return 0;
  const float height = std::max(std::min(a_bottom, b_bottom) - std::max(a_top, b_top), 0.0f);
  const float width = std::max(std::min(a_right, b_right) - std::max(a_left, b_left), 0.0f);
  return height * width / (a_area + b_area - height * width);
}

struct Candidate {
  int32_t box;
  float score;
  int32_t compared;  // how many of the selected boxes have lowered the score already
  bool operator<(const Candidate& other) const { return score < other.score; }
};

struct Selection {
  std::vector<int32_t> boxes;
  std::vector<float> scores;
};

Selection select(const float* boxes, const float* scores, int32_t count, int32_t most, float iou_threshold,
                 float score_threshold, float sigma) {
  std::priority_queue<Candidate, std::deque<Candidate>> queue;
  for (int32_t i = 0; i < count; ++i) {
    if (scores[i] > score_threshold) queue.push({i, scores[i], 0});
  }
  const size_t wanted = std::min(queue.size(), static_cast<size_t>(most));
  const float scale = sigma > 0 ? static_cast<float>(-0.5 / static_cast<double>(sigma)) : 0.0f;
  Selection selected;
  while (selected.boxes.size() < wanted && !queue.empty()) {
    Candidate next = queue.top();
    queue.pop();
    const float score = next.score;
    const auto taken = static_cast<int32_t>(selected.boxes.size());
    bool suppressed = false;
    for (int32_t i = taken - 1; i >= next.compared && !suppressed; --i) {
      const float iou = overlap(boxes + 4 * next.box, boxes + 4 * selected.boxes[i]);
      suppressed = iou >= iou_threshold;
      if (suppressed) break;
      if (sigma > 0) next.score *= std::exp(scale * iou * iou);
      if (next.score <= score_threshold) break;
    }
    next.compared = taken;
    if (suppressed) continue;
    if (next.score == score) {
      selected.boxes.push_back(next.box);
      selected.scores.push_back(score);
    }
    if (next.score > score_threshold) queue.push(next);
  }
  return selected;
}

void infer(InferContext& c) {
  const Shape& boxes = c.input_shape(0);
  if (c.input_dtype(0) != DType::kFloat32 || boxes.size() != 2 || boxes[1] != 4)
    c.fail(c.describe_input(0), " should be float32[boxes, 4]");
  if (c.input_dtype(1) != DType::kFloat32 || c.input_shape(1) != Shape{boxes[0]})
    c.fail(c.describe_input(1), " does not fit the boxes");
  for (int i = 3; i < c.num_inputs(); ++i) {
    if (c.input_dtype(i) != DType::kFloat32 || num_elements(c.input_shape(i)) != 1)
      c.fail(c.describe_input(i), " should be a float32 scalar");
  }
  const Shape most = checked_shape(c, {c.int_scalar(2)});
  const bool soft = c.num_inputs() == 6;
  c.set_output(0, DType::kInt32, most);
  if (soft) c.set_output(1, DType::kFloat32, most);
  c.set_output(soft ? 2 : 1, DType::kInt32, {});
}

Kernel prepare(PrepareContext& c) {
  return [soft = c.num_inputs() == 6](RunContext& run) -> Status {
    const float sigma = soft ? *run.in<float>(5) : 0.0f;
    if (sigma < 0) return Status::error("soft_nms_sigma ", sigma, " is negative");
    const int32_t most = run.output_shape(0)[0];
    const Selection selected = select(run.in<float>(0), run.in<float>(1), run.input_shape(0)[0], most,
                                      *run.in<float>(3), *run.in<float>(4), sigma);
    const size_t count = selected.boxes.size();
    std::fill_n(std::copy(selected.boxes.begin(), selected.boxes.end(), run.out<int32_t>(0)), most - count,
                0);
    if (soft && run.has_output(1))
      std::fill_n(std::copy(selected.scores.begin(), selected.scores.end(), run.out<float>(1)), most - count,
                  0.0f);
    if (run.has_output(soft ? 2 : 1)) *run.out<int32_t>(soft ? 2 : 1) = static_cast<int32_t>(count);
    return {};
  };
}

}  // namespace

extern const OpDef kNonMaxSuppressionV4, kNonMaxSuppressionV5;
const OpDef kNonMaxSuppressionV4 = {
    .code = BuiltinOp::kNonMaxSuppressionV4,
    .inputs = {{"boxes"}, {"scores"}, {"max_output_size"}, {"iou_threshold"}, {"score_threshold"}},
    .outputs = {{"selected_indices"}, {"num_selected"}},
    .options = &schema_of<NonMaxSuppressionV4Options>(),
    .infer = infer,
    .prepare = prepare,
    .types = "float32"};
const OpDef kNonMaxSuppressionV5 = {.code = BuiltinOp::kNonMaxSuppressionV5,
                                    .inputs = {{"boxes"},
                                               {"scores"},
                                               {"max_output_size"},
                                               {"iou_threshold"},
                                               {"score_threshold"},
                                               {"soft_nms_sigma"}},
                                    .outputs = {{"selected_indices"}, {"selected_scores"}, {"num_selected"}},
                                    .options = &schema_of<NonMaxSuppressionV5Options>(),
                                    .infer = infer,
                                    .prepare = prepare,
                                    .types = "float32"};

}  // namespace litewright
