// Functions of two elements by which operators reduce many to one.
#pragma once

#include <limits>

#include "ops/numeric_types.h"

namespace litewright::reductions {

struct Sum {
  template <class T>
  static T neutral() {
    return T(0);
  }
  template <class T>
  static T combine(T a, T b) {
    return wrapping_add(a, b);
  }
  static bool combine(bool a, bool b) { return a || b; }
};
struct Product {
  template <class T>
  static T neutral() {
    return T(1);
  }
  template <class T>
  static T combine(T a, T b) {
    return wrapping_multiply(a, b);
  }
  static bool combine(bool a, bool b) { return a && b; }
};
struct Maximum {
  template <class T>
  static T neutral() {
    return std::numeric_limits<T>::lowest();
  }
  template <class T>
  static T combine(T a, T b) {
    return a < b ? b : a;
  }
};
struct Minimum {
  template <class T>
  static T neutral() {
    return std::numeric_limits<T>::max();
  }
  template <class T>
  static T combine(T a, T b) {
    return b < a ? b : a;
  }
};
struct BitAnd {
  static constexpr bool kIntegersOnly = true;
  template <class T>
  static T combine(T a, T b) {
    return static_cast<T>(a & b);
  }
};
struct All {
  template <class T>
  static T combine(T a, T b) {
    return static_cast<T>(a != T(0) && b != T(0));
  }
};
struct Any {
  template <class T>
  static T combine(T a, T b) {
    return static_cast<T>(a != T(0) || b != T(0));
  }
};
struct Second {
  template <class T>
  static T combine(T, T b) {
    return b;
  }
};

}  // namespace litewright::reductions
