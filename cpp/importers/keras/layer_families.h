// Every Keras layer that the importer knows, by family.
#pragma once

#include <vector>

#include "importers/keras/lowering.h"

namespace litewright::keras {

struct LayerFamily {
  const char* name;
  Rows rows;
};

std::vector<LayerFamily> layer_families();

}  // namespace litewright::keras
