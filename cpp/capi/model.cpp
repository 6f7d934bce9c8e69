#include "capi/handles.h"

using litewright::Bytes;
using litewright::Model;
namespace capi = litewright::capi;

lw_status lw_model_from_file(const char* path, lw_model** model) {
  return capi::guard([&] { *model = new lw_model{Model::from_file(path)}; });
}

lw_status lw_model_from_buffer(const void* data, size_t size, void (*release)(void* context), void* context,
                               lw_model** model) {
  return capi::guard([&] {
    if (release == nullptr) {
      *model = new lw_model{Model::from_bytes(Bytes::copy(data, size))};
      return;
    }
    std::shared_ptr<const void> owner(data, [=](const void*) { release(context); });
    const auto* bytes = static_cast<const uint8_t*>(data);
    *model = new lw_model{Model::from_bytes(Bytes(std::move(owner), bytes, size))};
  });
}

void lw_model_delete(lw_model* model) { delete model; }
