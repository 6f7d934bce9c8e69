// A Keras file of any kind, taken apart into the model's description and its weights.
#pragma once

#include <string>

#include "core/bytes.h"
#include "importers/keras/config.h"
#include "importers/keras/weights.h"

namespace litewright::keras {

struct ModelFile {
  Json model;  // {"class_name": "Sequential", "config": {...}}
  Weights weights;
  int keras;  // major version
};

// .h5 / .hdf5 / .keras, by content, not by name. A weights-only HDF5 file and the JSON description beside it
// (same stem) also make a model, whichever of the two `path` names; `other` gives the second one where it
// lies elsewhere.
ModelFile read_model_file(const std::string& path, const std::string& other = "");
// The same for the bytes of a whole .h5 or .keras file.
ModelFile read_model_bytes(Bytes bytes, const std::string& name);

}  // namespace litewright::keras
