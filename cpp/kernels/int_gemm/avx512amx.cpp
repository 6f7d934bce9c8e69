#if defined(__AMX_INT8__)
#include "kernels/int_gemm/tile.h"

namespace litewright {
namespace {

constexpr int kTileRows = 16, kColumns = 16, kNr = 2 * kColumns;
constexpr int kDepth = 64;                // of a tile of A or B
constexpr int64_t kGroupBytes = kNr * 4;  // four weights of every column of a panel
constexpr int64_t kStepBytes = kNr * kDepth;
constexpr int64_t kHeadBytes = 2 * kNr * static_cast<int64_t>(sizeof(int32_t));

// A few rows by VNNI, in the same layout: int8 values plus 128 by four weights each.
struct Vnni : Avx512Sums {
  static constexpr int kDepth = 4, kBytesA = 4, kHead = 8;
  static T start(const int32_t* p, int nr) { return _mm512_sub_epi32(load(p), load(p + nr)); }
  static T broadcast(const uint8_t* a) {
    return _mm512_xor_si512(Avx512Sums::broadcast(a), _mm512_set1_epi8(static_cast<char>(0x80)));
  }
  static W weights(const int8_t* b) { return _mm512_loadu_si512(b); }
  static T dot(T sum, T a, W w) { return _mm512_dpbusd_epi32(sum, a, w); }
};

// Whether tiles would be mostly empty; where one chain of sums would wait for itself they still pay.
bool few(int64_t rows, int64_t n, int64_t steps) { return rows <= 4 && (n > kNr || steps < 16); }

// Tiles 0 and 1 are the sums of the first rows, 2 and 3 those of the second ones; 4 and 5 are A, 6 and 7 B.
struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileConfig kFull;

// Between begin and end, and from the first product on: for whole tiles.
thread_local bool kept = false, configured = false;

void configure(int first, int second) {
  if (first == kTileRows && second == kTileRows) {
    _tile_loadconfig(&kFull);
    return;
  }
  TileConfig config;
  config.rows[0] = config.rows[1] = config.rows[4] = static_cast<uint8_t>(first);
  config.rows[2] = config.rows[3] = config.rows[5] = static_cast<uint8_t>(second);
  asm volatile("" ::"m"(config));  // the intrinsic reads all of it
  _tile_loadconfig(&config);
}

// How the tiles of a block are used: two of rows; one; or one with every other step of the depth in a chain
// of its own, as one chain is bound by its latency.
enum class Rows { kTwo, kOne, kSplit };

template <Rows kRows, bool kTwoColumns>
inline void products(int64_t steps, IntGemmParts parts, const uint8_t* a, int64_t a_stride, const int8_t* b) {
  _tile_loadd(0, b, 0);
  if (kTwoColumns) _tile_loadd(1, b + 64, 0);
  if (kRows == Rows::kTwo) {
    _tile_loadd(2, b, 0);
    if (kTwoColumns) _tile_loadd(3, b + 64, 0);
  } else if (kRows == Rows::kSplit) {
    _tile_zero(2);
    if (kTwoColumns) _tile_zero(3);
  }
  b += kHeadBytes;
  for (int64_t part = 0; part < parts.count; ++part) {
    const uint8_t* at = a + parts.offsets[part];
    for (int64_t s = 0; s < steps; ++s, b += kStepBytes, at += kDepth) {
      _tile_loadd(6, b, kGroupBytes);
      if (kTwoColumns) _tile_loadd(7, b + 64, kGroupBytes);
      _tile_loadd(4, at, a_stride);
      _tile_dpbssd(0, 4, 6);
      if (kTwoColumns) _tile_dpbssd(1, 4, 7);
      if (kRows == Rows::kTwo) {
        _tile_loadd(5, at + kTileRows * a_stride, a_stride);
        _tile_dpbssd(2, 5, 6);
        if (kTwoColumns) _tile_dpbssd(3, 5, 7);
      } else if (kRows == Rows::kSplit && ++s < steps) {
        b += kStepBytes, at += kDepth;
        _tile_loadd(6, b, kGroupBytes);
        if (kTwoColumns) _tile_loadd(7, b + 64, kGroupBytes);
        _tile_loadd(5, at, a_stride);
        _tile_dpbssd(2, 5, 6);
        if (kTwoColumns) _tile_dpbssd(3, 5, 7);
      }
    }
  }
}

template <int kTile>
inline void store_tile(int32_t* c, int64_t c_stride) {  // the intrinsic wants a literal
  const int64_t bytes = c_stride * static_cast<int64_t>(sizeof(int32_t));
  if (kTile == 0) _tile_stored(0, c, bytes);
  if (kTile == 1) _tile_stored(1, c, bytes);
  if (kTile == 2) _tile_stored(2, c, bytes);
  if (kTile == 3) _tile_stored(3, c, bytes);
}

void store_rows(int rows, __mmask16 mask, const int32_t (*sums)[kColumns], int32_t* c, int64_t c_stride) {
  for (int i = 0; i < rows; ++i) _mm512_mask_storeu_epi32(c + i * c_stride, mask, _mm512_load_si512(sums[i]));
}

// A block's sums of one tile's columns: of tile kFirst and, for other rows or to be added, kFirst + 2.
template <Rows kRows, int kFirst>
inline void store_columns(int first, int second, int64_t columns, int32_t* c, int64_t c_stride) {
  int32_t* const below = c + kTileRows * c_stride;
  if (kRows != Rows::kSplit && columns >= kColumns) {
    store_tile<kFirst>(c, c_stride);
    if (kRows == Rows::kTwo) store_tile<kFirst + 2>(below, c_stride);
    return;
  }
  const auto mask = static_cast<__mmask16>(columns >= kColumns ? 0xFFFFu : (1u << columns) - 1);
  alignas(64) int32_t sums[kTileRows][kColumns], others[kTileRows][kColumns];
  store_tile<kFirst>(sums[0], kColumns);
  if (kRows != Rows::kOne) store_tile<kFirst + 2>(others[0], kColumns);
  if (kRows == Rows::kSplit) {
    for (int i = 0; i < first; ++i) {
      _mm512_store_si512(sums[i], _mm512_add_epi32(_mm512_load_si512(sums[i]), _mm512_load_si512(others[i])));
    }
  }
  store_rows(first, mask, sums, c, c_stride);
  if (kRows == Rows::kTwo) store_rows(second, mask, others, below, c_stride);
}

template <Rows kRows>
void block(int first, int second, int64_t n, int64_t steps, IntGemmParts parts, const uint8_t* a,
           int64_t a_stride, const int8_t* b, int32_t* c, int64_t c_stride) {
  const int64_t panel = kHeadBytes + steps * parts.count * kStepBytes;
  for (; n > kColumns; n -= kNr, b += panel, c += kNr) {
    products<kRows, true>(steps, parts, a, a_stride, b);
    store_columns<kRows, 0>(first, second, n, c, c_stride);
    store_columns<kRows, 1>(first, second, n - kColumns, c + kColumns, c_stride);
  }
  if (n > 0) {
    products<kRows, false>(steps, parts, a, a_stride, b);
    store_columns<kRows, 0>(first, second, n, c, c_stride);
  }
}

}  // namespace

void int_gemm_begin_avx512amx() { kept = true; }

void int_gemm_end_avx512amx() {
  if (configured) _tile_release();
  kept = configured = false;
}

void int_gemm_32x32c64_avx512amx(int64_t rows, int64_t n, int64_t steps, IntGemmParts parts,
                                 const void* a_start, int64_t a_stride, const int8_t* b, int32_t* c,
                                 int64_t c_stride) {
  if (few(rows, n, steps)) {
    int_gemm_tiles<Vnni, 4, 2>(rows, n, steps * (kDepth / Vnni::kDepth), parts, a_start, a_stride, b, c,
                               c_stride);
    return;
  }
  const uint8_t* a = static_cast<const uint8_t*>(a_start);
  if (!configured && rows >= kTileRows) configure(kTileRows, kTileRows);
  for (; rows >= 2 * kTileRows; rows -= 2 * kTileRows) {
    block<Rows::kTwo>(kTileRows, kTileRows, n, steps, parts, a, a_stride, b, c, c_stride);
    a += 2 * kTileRows * a_stride, c += 2 * kTileRows * c_stride;
  }
  if (rows > kTileRows) {
    const int below = static_cast<int>(rows - kTileRows);
    configure(kTileRows, below);
    block<Rows::kTwo>(kTileRows, below, n, steps, parts, a, a_stride, b, c, c_stride);
  } else if (rows > 0) {
    const int last = static_cast<int>(rows);
    if (last < kTileRows) configure(last, last);
    (steps >= 4 ? block<Rows::kSplit> : block<Rows::kOne>)(last, 0, n, steps, parts, a, a_stride, b, c,
                                                           c_stride);
  }
  if (!kept) return _tile_release();
  if (rows % kTileRows != 0) configure(kTileRows, kTileRows);
  configured = true;
}

}  // namespace litewright
#endif
