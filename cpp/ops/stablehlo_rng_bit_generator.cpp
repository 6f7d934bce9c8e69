// STABLEHLO_RNG_BIT_GENERATOR: random words from a state of uint64 (key, counter ...), and the state after
// them.
#include <cstring>

#include "ops/movement.h"
#include "ops/random_bits.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  const Shape& state = c.input_shape(0);
  const bool threefry_state =
      c.options<StablehloRngBitGeneratorOptions>().algorithm == RngAlgorithm::kThreefry;
  if (c.input_dtype(0) != DType::kUInt64 || state.size() != 1 ||
      !(state[0] == 2 || (state[0] == 3 && !threefry_state))) {
    c.fail(c.describe_input(0), " is no state of the generator");
  }
  c.set_output(0, DType::kUInt64, state);
  const Slot& bits = c.output(1);
  switch (bits.dtype) {
    case DType::kInt32:
    case DType::kUInt32:
    case DType::kInt64:
    case DType::kUInt64:
      break;
    default:
      c.fail("the output should be int32, uint32, int64 or uint64");
  }
  if (!is_static(bits.tensor->shape)) c.fail("the output's shape should be fixed");
  c.set_output(1, bits.dtype, bits.tensor->shape);
}

template <class Block, class Counter>
void generate(RunContext& run, const Block& block, uint32_t* state, Counter counter) {
  auto* output = run.out<uint8_t>(1);
  for (size_t left = run.output(1).bytes; left > 0;) {
    const auto words = block(state[0], state[1], counter);
    const size_t bytes = std::min(left, sizeof words);
    std::memcpy(output, words.data(), bytes);
    output += bytes;
    left -= bytes;
    if (++counter[0] == 0) ++counter[1];
  }
  state[2] = counter[0];
  state[3] = counter[1];
}

Kernel prepare(PrepareContext& c) {
  const bool is_threefry = c.options<StablehloRngBitGeneratorOptions>().algorithm == RngAlgorithm::kThreefry;
  return [is_threefry](RunContext& run) -> Status {
    std::memcpy(run.out<uint8_t>(0), run.in<uint8_t>(0), run.input(0).bytes);
    uint32_t* state = run.out<uint32_t>(0);
    const int extra =
        run.input_shape(0)[0] == 3 ? 4 : 0;  // the counter's upper half: of the state, or the key
    if (is_threefry) {
      generate(run, threefry, state, std::array<uint32_t, 2>{state[2], state[3]});
    } else {
      generate(run, philox, state,
               std::array<uint32_t, 4>{state[2], state[3], state[extra], state[extra + 1]});
    }
    return {};
  };
}

}  // namespace

extern const OpDef kStablehloRngBitGenerator;
const OpDef kStablehloRngBitGenerator = {.code = BuiltinOp::kStablehloRngBitGenerator,
                                         .inputs = {{"initial_state"}},
                                         .outputs = {{"output_state"}, {"output"}},
                                         .options = &schema_of<StablehloRngBitGeneratorOptions>(),
                                         .infer = infer,
                                         .prepare = prepare,
                                         .types = "int32, uint32, int64, uint64"};

}  // namespace litewright
