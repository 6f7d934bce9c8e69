#include "capi/handles.h"

namespace capi = litewright::capi;

lw_options* lw_options_new(void) { return new (std::nothrow) lw_options; }
void lw_options_delete(lw_options* options) { delete options; }

void lw_options_set_num_threads(lw_options* options, int32_t num_threads) {
  options->options.num_threads = num_threads;
}
void lw_options_set_reference(lw_options* options, int32_t reference) {
  options->options.reference = reference != 0;
}
void lw_options_set_preserve_all(lw_options* options, int32_t preserve) {
  options->options.preserve_all = preserve != 0;
}
void lw_options_set_warning(lw_options* options, void (*warn)(void* context, const char* message),
                            void* context) {
  options->warn = nullptr;
  if (warn != nullptr) options->warn = [=](const std::string& message) { warn(context, message.c_str()); };
}
