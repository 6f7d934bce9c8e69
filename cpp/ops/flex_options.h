// The options of custom operators: a FlexBuffers map.
#pragma once

// Numbers in options are binary: no text is parsed, so no locale is needed (nor the library that holds one).
#ifndef FLATBUFFERS_LOCALE_INDEPENDENT
#define FLATBUFFERS_LOCALE_INDEPENDENT 0
#endif
#include <flatbuffers/flexbuffers.h>

#include "ops/op_def.h"

namespace litewright {

// The operator's options; an Error if they are no well-formed map. Valid as long as the graph.
inline flexbuffers::Map flex_options(const NodeContext& c) {
  const Bytes& bytes = c.op().custom_options;
  if (bytes.size() < 3 || !flexbuffers::VerifyBuffer(bytes.data(), bytes.size()) ||
      !flexbuffers::GetRoot(bytes.data(), bytes.size()).IsMap()) {
    c.fail("its options are no FlexBuffers map");
  }
  return flexbuffers::GetRoot(bytes.data(), bytes.size()).AsMap();
}

}  // namespace litewright
