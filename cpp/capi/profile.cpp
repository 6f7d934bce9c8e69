#include "capi/handles.h"

namespace capi = litewright::capi;
using litewright::Profile;

void lw_profile_start(lw_interpreter* interpreter) {
  interpreter->profile = std::make_unique<Profile>(interpreter->interpreter.graph());
  interpreter->interpreter.set_profiler(interpreter->profile.get());
}

void lw_profile_stop(lw_interpreter* interpreter) { interpreter->interpreter.set_profiler(nullptr); }

size_t lw_profile_num_rows(lw_interpreter* interpreter) {
  interpreter->rows.clear();
  if (interpreter->profile) interpreter->rows = interpreter->profile->rows();
  return interpreter->rows.size();
}

lw_status lw_profile_get_row(lw_interpreter* interpreter, size_t index, lw_profile_row* row) {
  return capi::guard([&] {
    const std::vector<Profile::Row>& rows = interpreter->rows;
    if (index >= rows.size()) {
      litewright::fail(litewright::ErrorCode::kOutOfRange, "the profile has ", rows.size(), " rows");
    }
    const Profile::Row& from = rows[index];
    capi::fill(row, lw_profile_row{sizeof(lw_profile_row), from.op.c_str(), from.output.c_str(),
                                   from.subgraph, from.node, from.runs, from.nanoseconds});
  });
}

const char* lw_profile_chrome_trace(lw_interpreter* interpreter) {
  interpreter->trace = interpreter->profile ? interpreter->profile->chrome_trace() : "{\"traceEvents\": []}";
  return interpreter->trace.c_str();
}
