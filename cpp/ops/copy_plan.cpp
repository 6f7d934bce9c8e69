#include "ops/copy_plan.h"

#include <algorithm>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace litewright {
namespace {

constexpr int64_t kTile = 32;              // extent of a transposed tile, in elements
constexpr int64_t kGrainBytes = 64 << 10;  // work below this is not worth another thread

template <size_t kBytes>
void copy_strided(const uint8_t* source, int64_t source_step, uint8_t* destination, int64_t destination_step,
                  int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(destination, source, kBytes);
    source += source_step;
    destination += destination_step;
  }
}

void copy_blocks(const uint8_t* source, int64_t source_step, uint8_t* destination, int64_t destination_step,
                 int64_t count, int64_t block) {
  switch (block) {
    case 1:
      if (source_step == 0 && destination_step == 1) {
        std::memset(destination, *source, static_cast<size_t>(count));
        return;
      }
      return copy_strided<1>(source, source_step, destination, destination_step, count);
    case 2:
      return copy_strided<2>(source, source_step, destination, destination_step, count);
    case 3:
      return copy_strided<3>(source, source_step, destination, destination_step, count);
    case 4:
      return copy_strided<4>(source, source_step, destination, destination_step, count);
    case 8:
      return copy_strided<8>(source, source_step, destination, destination_step, count);
    case 12:
      return copy_strided<12>(source, source_step, destination, destination_step, count);
    case 16:
      return copy_strided<16>(source, source_step, destination, destination_step, count);
    case 32:
      return copy_strided<32>(source, source_step, destination, destination_step, count);
    default:
      for (int64_t i = 0; i < count; ++i) {
        std::memcpy(destination, source, static_cast<size_t>(block));
        source += source_step;
        destination += destination_step;
      }
  }
}

// destination[r][c] = source[c][r] for `rows` x `columns` elements: sources of one column index are dense, so
// are destinations of one row. Steps are in bytes.
template <size_t kBytes>
void transpose_tile(const uint8_t* source, int64_t source_step, uint8_t* destination,
                    int64_t destination_step, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r) {
    copy_strided<kBytes>(source + r * static_cast<int64_t>(kBytes), source_step,
                         destination + r * destination_step, kBytes, columns);
  }
}

#ifdef __SSE2__
template <>
void transpose_tile<4>(const uint8_t* source, int64_t source_step, uint8_t* destination,
                       int64_t destination_step, int64_t rows, int64_t columns) {
  const int64_t whole_rows = rows & ~int64_t{3}, whole_columns = columns & ~int64_t{3};
  const auto load = [&](int64_t r, int64_t c) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(source + c * source_step + r * 4));
  };
  const auto block = [&](int64_t r, int64_t c) {
    const __m128i a = load(r, c), b = load(r, c + 1), d = load(r, c + 2), e = load(r, c + 3);
    const __m128i ab_low = _mm_unpacklo_epi32(a, b), ab_high = _mm_unpackhi_epi32(a, b);
    const __m128i de_low = _mm_unpacklo_epi32(d, e), de_high = _mm_unpackhi_epi32(d, e);
    uint8_t* first = destination + r * destination_step + c * 4;
    const auto store = [&](int64_t row, __m128i values) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(first + row * destination_step), values);
    };
    store(0, _mm_unpacklo_epi64(ab_low, de_low));
    store(1, _mm_unpackhi_epi64(ab_low, de_low));
    store(2, _mm_unpacklo_epi64(ab_high, de_high));
    store(3, _mm_unpackhi_epi64(ab_high, de_high));
  };
  if (destination_step < source_step) {  // whichever is spread wider is gone through once
    for (int64_t c = 0; c < whole_columns; c += 4) {
      for (int64_t r = 0; r < whole_rows; r += 4) block(r, c);
    }
  } else {
    for (int64_t r = 0; r < whole_rows; r += 4) {
      for (int64_t c = 0; c < whole_columns; c += 4) block(r, c);
    }
  }
  for (int64_t r = 0; r < whole_rows; ++r) {
    copy_strided<4>(source + r * 4 + whole_columns * source_step, source_step,
                    destination + r * destination_step + whole_columns * 4, 4, columns - whole_columns);
  }
  for (int64_t r = whole_rows; r < rows; ++r) {
    copy_strided<4>(source + r * 4, source_step, destination + r * destination_step, 4, columns);
  }
}
#endif

bool is_power_up_to_16(int64_t bytes) { return bytes <= 16 && (bytes & (bytes - 1)) == 0; }

}  // namespace

std::vector<int64_t> dense_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

void fill_elements(void* destination, int64_t count, const void* element, size_t element_bytes) {
  if (count <= 0) return;
  const auto* bytes = static_cast<const uint8_t*>(element);
  const size_t total = static_cast<size_t>(count) * element_bytes;
  if (std::all_of(bytes, bytes + element_bytes, [&](uint8_t byte) { return byte == *bytes; })) {
    std::memset(destination, *bytes, total);
    return;
  }
  auto* to = static_cast<uint8_t*>(destination);
  std::memcpy(to, element, element_bytes);
  for (size_t done = element_bytes; done < total;) {  // doubles what is written
    const size_t next = std::min(done, total - done);
    std::memcpy(to + done, to, next);
    done += next;
  }
}

CopyPlan::CopyPlan(const Walk& walk, size_t element_bytes) {
  const int64_t element = static_cast<int64_t>(element_bytes);
  source_offset_ = walk.source_offset * element;
  destination_offset_ = walk.destination_offset * element;
  empty_ = false;
  std::vector<Loop> loops;
  for (const CopyDim& dim : walk.dims) {
    if (dim.extent == 0) empty_ = true;
    if (dim.extent != 1) loops.push_back({dim.extent, dim.source * element, dim.destination * element});
  }
  if (empty_) return;
  // Writes in ascending order; then neighbours that advance as one loop would become one.
  std::stable_sort(loops.begin(), loops.end(),
                   [](const Loop& a, const Loop& b) { return a.destination > b.destination; });
  for (const Loop& loop : loops) {
    if (!outer_.empty() && outer_.back().source == loop.source * loop.extent &&
        outer_.back().destination == loop.destination * loop.extent) {
      outer_.back() = {outer_.back().extent * loop.extent, loop.source, loop.destination};
    } else {
      outer_.push_back(loop);
    }
  }
  block_ = element;
  if (!outer_.empty() && outer_.back().source == element && outer_.back().destination == element) {
    block_ *= outer_.back().extent;
    outer_.pop_back();
  }
  if (!outer_.empty()) {
    inner_ = outer_.back();
    outer_.pop_back();
    const auto cross =
        std::find_if(outer_.begin(), outer_.end(), [&](const Loop& loop) { return loop.source == block_; });
    if (inner_.destination == block_ && cross != outer_.end() && is_power_up_to_16(block_)) {
      transposes_ = true;
      cross_ = *cross;
      outer_.erase(cross);
    }
  }
  for (const Loop& loop : outer_) rows_ *= loop.extent;
}

void CopyPlan::run(const void* source, void* destination, ThreadPool* pool) const {
  if (empty_) return;
  const uint8_t* from = static_cast<const uint8_t*>(source) + source_offset_;
  uint8_t* to = static_cast<uint8_t*>(destination) + destination_offset_;
  const auto split = [&](int64_t count, int64_t bytes_each, const auto& body) {
    if (pool == nullptr || count * bytes_each < 2 * kGrainBytes) return body(0, count);
    pool->parallel_for(count, kGrainBytes / std::max<int64_t>(bytes_each, 1) + 1, RangeFunction(body));
  };
  if (transposes_) {
    const int64_t tiles = (cross_.extent + kTile - 1) / kTile;
    split(rows_ * tiles, std::min(kTile, cross_.extent) * inner_.extent * block_,
          [&](int64_t begin, int64_t end) { run_tiles(from, to, begin, end); });
  } else if (rows_ == 1 && inner_.extent == 1) {
    split(block_, 1, [&](int64_t begin, int64_t end) {
      std::memcpy(to + begin, from + begin, static_cast<size_t>(end - begin));
    });
  } else if (rows_ == 1) {
    split(inner_.extent, block_, [&](int64_t begin, int64_t end) {
      copy_blocks(from + begin * inner_.source, inner_.source, to + begin * inner_.destination,
                  inner_.destination, end - begin, block_);
    });
  } else {
    split(rows_, inner_.extent * block_, [&](int64_t begin, int64_t end) { run_rows(from, to, begin, end); });
  }
}

namespace {

// The counters of nested loops at one flat row number, and where they point.
template <class Loops>
struct Odometer {
  Odometer(const Loops& loops, int64_t row) : loops(loops), index(loops.size()) {
    for (size_t i = loops.size(); i-- > 0;) {
      index[i] = row % loops[i].extent;
      row /= loops[i].extent;
      source += index[i] * loops[i].source;
      destination += index[i] * loops[i].destination;
    }
  }
  void step() {
    for (size_t i = loops.size(); i-- > 0;) {
      source += loops[i].source;
      destination += loops[i].destination;
      if (++index[i] < loops[i].extent) return;
      source -= loops[i].extent * loops[i].source;
      destination -= loops[i].extent * loops[i].destination;
      index[i] = 0;
    }
  }
  const Loops& loops;
  std::vector<int64_t> index;
  int64_t source = 0, destination = 0;
};

}  // namespace

void CopyPlan::run_rows(const uint8_t* source, uint8_t* destination, int64_t begin, int64_t end) const {
  Odometer at(outer_, begin);
  for (int64_t row = begin; row < end; ++row, at.step()) {
    copy_blocks(source + at.source, inner_.source, destination + at.destination, inner_.destination,
                inner_.extent, block_);
  }
}

void CopyPlan::run_tiles(const uint8_t* source, uint8_t* destination, int64_t begin, int64_t end) const {
  const int64_t tiles = (cross_.extent + kTile - 1) / kTile;
  const auto tile = [&] {
    switch (block_) {
      case 1:
        return transpose_tile<1>;
      case 2:
        return transpose_tile<2>;
      case 4:
        return transpose_tile<4>;
      case 8:
        return transpose_tile<8>;
      default:
        return transpose_tile<16>;
    }
  }();
  // Rows whole pages apart share few places in the cache: their tiles are written row by row.
  const bool staged = cross_.destination % 4096 == 0;
  alignas(64) uint8_t stage[kTile * kTile * 16];
  for (int64_t item = begin; item < end; ++item) {
    const Odometer at(outer_, item / tiles);
    const int64_t first = item % tiles * kTile, rows = std::min(kTile, cross_.extent - first);
    for (int64_t column = 0; column < inner_.extent; column += kTile) {
      const int64_t columns = std::min(kTile, inner_.extent - column);
      const uint8_t* from = source + at.source + first * block_ + column * inner_.source;
      uint8_t* to = destination + at.destination + first * cross_.destination + column * block_;
      if (!staged) {
        tile(from, inner_.source, to, cross_.destination, rows, columns);
        continue;
      }
      tile(from, inner_.source, stage, kTile * block_, rows, columns);
      for (int64_t r = 0; r < rows; ++r) {
        std::memcpy(to + r * cross_.destination, stage + r * kTile * block_,
                    static_cast<size_t>(columns * block_));
      }
    }
  }
}

}  // namespace litewright
