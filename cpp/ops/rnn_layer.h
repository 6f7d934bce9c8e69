// The plain recurrent layer that RNN, UNIDIRECTIONAL_ and BIDIRECTIONAL_SEQUENCE_RNN share:
//   h = act(W x + Wa aux + R h + b)
#pragma once

#include "ops/recurrent_sequence.h"

namespace litewright {

// Operand numbers; -1: none.
struct RnnOperands {
  int input = 0;
  int weights = 1;    // [units, inputs]
  int recurrent = 2;  // [units, units]
  int bias = 3;       // [units]
  int state = 4;      // [batch, units], a variable
  int aux_input = -1;
  int aux_weights = -1;  // [units, aux inputs]
};

struct RnnParams {
  Activation activation;
  bool asymmetric;
  bool time_major = false;
};

// Checks the operands' dtypes and shapes against each other; returns the number of units.
int32_t check_rnn(const NodeContext& c, const RnnOperands& operands, const RnnParams& params);

class RnnLayer {
 public:
  RnnLayer(PrepareContext& c, const RnnOperands& operands, const RnnParams& params);
  // `backward`: the last step comes first. Rows of `out` are `out_stride` elements apart.
  void run(RunContext& c, bool backward, float* out, int64_t out_stride) const;

 private:
  RnnOperands operands_;
  Activation activation_;
  int32_t units_;
  RecurrentOps ops_;
  RecurrentSequence sequence_;
  RecurrentProduct recurrent_;
};

}  // namespace litewright
