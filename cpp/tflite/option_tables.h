// Operators' options <-> their tables in the file.
#pragma once

#include "flatbuffers/flatbuffers.h"
#include "ops/options.h"
#include "tflite/budget.h"

namespace litewright {

// Whether all fields of the table lie within the file. The rest of the file is verified.
bool verify_options(flatbuffers::Verifier& verifier, const flatbuffers::Table& table,
                    const OptionsSchema& schema);
// `table` is verified. Error if an enumeration has a value that the format does not know.
Options read_options(const flatbuffers::Table& table, const OptionsSchema& schema, Budget& budget);
flatbuffers::Offset<void> write_options(flatbuffers::FlatBufferBuilder& builder, const Options& options);

}  // namespace litewright
