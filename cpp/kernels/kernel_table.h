// A kernel's variants: rows with a name and the instruction set they need, best first.
#pragma once

#include "core/cpu.h"

namespace litewright {

template <class Row>
struct KernelTable {
  const Row* rows;
  int count;
  const Row* begin() const { return rows; }
  const Row* end() const { return rows + count; }
  // The first row that `isa` can run; the last row needs nothing.
  const Row& best(Isa isa) const {
    const Row* row = rows;
    while (!isa_allows(isa, row->isa)) ++row;
    return *row;
  }
};

}  // namespace litewright
