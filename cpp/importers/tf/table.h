// What is known of every TensorFlow operator, for the documentation.
#pragma once

#include <string>
#include <vector>

namespace litewright::tf {

struct OpDescription {
  std::string op, family;
  std::string reason;  // why it is not converted; empty if it is
};
std::vector<OpDescription> described_ops();

}  // namespace litewright::tf
