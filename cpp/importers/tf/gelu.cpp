// The error function, and GELU where a graph spells it out.
#include "importers/tf/gelu.h"

#include <array>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"

namespace litewright::tf {
namespace {

constexpr int kDegree = 3;
constexpr int kDeepest = 12;
constexpr double kTolerance = 2e-3;  // relative; a graph in half precision rounds its constants
using Polynomial = std::array<double, kDegree + 1>;

bool is_near(double value, double wanted) {
  return std::abs(value - wanted) <= kTolerance * std::max(std::abs(wanted), 1e-3);
}

bool equals(const Polynomial& p, const Polynomial& wanted) {
  for (size_t i = 0; i < p.size(); ++i) {
    if (!is_near(p[i], wanted[i])) return false;
  }
  return true;
}

// An expression of a graph, seen as a tree of its nodes.
class Expression {
 public:
  explicit Expression(const NodeLookup& lookup) : lookup_(lookup) {}

  // `reference` as a polynomial of `x`, nothing if it is something else.
  std::optional<Polynomial> polynomial(const std::string& reference, const std::string& x,
                                       int depth = 0) const {
    const std::string at = skip(reference);
    if (at == x) return Polynomial{0, 1};
    if (const std::optional<double> value = lookup_.constant(at)) return Polynomial{*value};
    const proto::NodeDef* node = lookup_.node(at);
    if (node == nullptr || node->input_size() < 1 || depth > kDeepest) return std::nullopt;
    const std::string& op = node->op();
    const auto a = polynomial(node->input(0), x, depth + 1);
    if (!a) return std::nullopt;
    if (op == "Neg") return scaled(*a, -1);
    if (op == "Square") return product(*a, *a);
    if (node->input_size() < 2) return std::nullopt;
    const auto b = polynomial(node->input(1), x, depth + 1);
    if (!b) return std::nullopt;
    if (op == "Mul") return product(*a, *b);
    if (op == "Add" || op == "AddV2") return sum(*a, *b);
    if (op == "Sub") return sum(*a, scaled(*b, -1));
    const bool constant = (*b)[1] == 0 && (*b)[2] == 0 && (*b)[3] == 0 && (*b)[0] != 0;
    if ((op == "RealDiv" || op == "Div") && constant) return scaled(*a, 1 / (*b)[0]);
    if (op == "Pow" && constant) return power(*a, (*b)[0]);
    return std::nullopt;
  }

  // The factors of a product, constants collected in `scale`.
  void factors(const std::string& reference, std::vector<std::string>& found, double& scale,
               int depth = 0) const {
    const std::string at = skip(reference);
    const proto::NodeDef* node = lookup_.node(at);
    if (const std::optional<double> value = lookup_.constant(at)) {
      scale *= *value;
    } else if (node != nullptr && node->op() == "Mul" && node->input_size() >= 2 && depth < kDeepest) {
      factors(node->input(0), found, scale, depth + 1);
      factors(node->input(1), found, scale, depth + 1);
    } else {
      found.push_back(at);
    }
  }

  const proto::NodeDef* node(const std::string& reference) const { return lookup_.node(skip(reference)); }
  std::optional<double> constant(const std::string& reference) const {
    return lookup_.constant(skip(reference));
  }

 private:
  std::string skip(std::string reference) const {
    for (int i = 0; i < kDeepest; ++i) {
      const proto::NodeDef* node = lookup_.node(reference);
      if (node == nullptr || node->op() != "Identity" || node->input_size() < 1) break;
      reference = node->input(0);
    }
    return reference;
  }
  static Polynomial scaled(Polynomial p, double factor) {
    for (double& c : p) c *= factor;
    return p;
  }
  static Polynomial sum(Polynomial a, const Polynomial& b) {
    for (size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    return a;
  }
  static std::optional<Polynomial> product(const Polynomial& a, const Polynomial& b) {
    Polynomial result{};
    for (size_t i = 0; i < a.size(); ++i) {
      for (size_t k = 0; k < b.size(); ++k) {
        if (i + k <= kDegree) {
          result[i + k] += a[i] * b[k];
        } else if (a[i] * b[k] != 0) {
          return std::nullopt;
        }
      }
    }
    return result;
  }
  static std::optional<Polynomial> power(const Polynomial& a, double exponent) {
    if (exponent != 2 && exponent != 3) return std::nullopt;
    const std::optional<Polynomial> square = product(a, a);
    return exponent == 2 || !square ? square : product(*square, a);
  }
  const NodeLookup& lookup_;
};

// x / 2 * `bell` is GELU: 1 + erf(x / sqrt 2), erfc(-x / sqrt 2) or 1 + tanh(sqrt(2 / pi) (x + 0.044715
// x^3)).
enum class Form { kNone, kExact, kApproximate };
Form form_of(const Expression& expression, const std::string& bell, const std::string& x) {
  constexpr double kRoot = std::numbers::sqrt2 / 2;
  const double slope = std::sqrt(2 / std::numbers::pi);
  const proto::NodeDef* node = expression.node(bell);
  if (node == nullptr || node->input_size() < 1) return Form::kNone;
  if (node->op() == "Erfc") {
    const auto argument = expression.polynomial(node->input(0), x);
    return argument && equals(*argument, {0, -kRoot}) ? Form::kExact : Form::kNone;
  }
  if ((node->op() != "Add" && node->op() != "AddV2") || node->input_size() < 2) return Form::kNone;
  for (int i = 0; i < 2; ++i) {
    const std::optional<double> one = expression.constant(node->input(i));
    const proto::NodeDef* curve = expression.node(node->input(1 - i));
    if (!one || *one != 1 || curve == nullptr || curve->input_size() < 1) continue;
    if (curve->op() != "Erf" && curve->op() != "Tanh") continue;
    const auto argument = expression.polynomial(curve->input(0), x);
    if (!argument) continue;
    if (curve->op() == "Erf" && equals(*argument, {0, kRoot})) return Form::kExact;
    if (curve->op() == "Tanh" && equals(*argument, {0, slope, 0, slope * 0.044715}))
      return Form::kApproximate;
  }
  return Form::kNone;
}

// 2 * the share of a normal distribution below z. GELU holds it: gelu(z) = z * share. Near 0 the division
// would lose it.
TensorId twice_share(Node& node, TensorId z) {
  constexpr double kTiny = 1e-30;
  const TensorId small =
      node.op(BuiltinOp::kLess, {node.op(BuiltinOp::kAbs, {z}), node.f(kTiny)}, LessOptions{});
  z = node.select(small, node.f(kTiny), z);
  return node.div(node.op(BuiltinOp::kGelu, {z}, GeluOptions{false}), node.mul(z, node.f(0.5)));
}

Values lower_erfc(Node& node) {
  return {twice_share(node, node.mul(node.input(), node.f(-std::numbers::sqrt2)))};
}
Values lower_erf(Node& node) {
  return {node.sub(twice_share(node, node.mul(node.input(), node.f(std::numbers::sqrt2))), node.f(1))};
}

}  // namespace

std::optional<Gelu> find_gelu(const proto::NodeDef& product, const NodeLookup& lookup) {
  if (product.op() != "Mul" || product.input_size() < 2) return std::nullopt;
  const Expression expression(lookup);
  std::vector<std::string> factors;
  double scale = 1;
  for (int i = 0; i < 2; ++i) expression.factors(product.input(i), factors, scale);
  if (factors.size() != 2 || !is_near(scale, 0.5)) return std::nullopt;
  for (size_t i = 0; i < 2; ++i) {
    const Form form = form_of(expression, factors[1 - i], factors[i]);
    if (form != Form::kNone) return Gelu{factors[i], form == Form::kApproximate};
  }
  return std::nullopt;
}

Rows erf_rows() {
  static const OpRow kRows[] = {{"Erf", lower_erf}, {"Erfc", lower_erfc}};
  return kRows;
}

}  // namespace litewright::tf
