// The weights of a Keras model, found the same way whichever layout the file has.
//
// Keras keeps them in one of two layouts: the older HDF5 files list each top layer's variables by name
// ("conv1/kernel:0"); .keras archives and .weights.h5 files place them by attribute and number
// ("layers/conv2d_1/vars/0").
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/shape.h"
#include "importers/hdf5/hdf5.h"

namespace litewright::keras {

// "GlobalAveragePooling2D" -> "global_average_pooling2d", as Keras derives names from classes.
std::string snake_case(const std::string& class_name);

struct Weight {
  Shape shape;
  mutable Bytes stored;  // float32, at any address: where the file has them

  // The same at an address fit for floats, copied if need be.
  const Bytes& bytes() const;
  std::span<const float> values() const { return bytes().as<float>(); }
};

// Keeps the values for as long as the bytes are used.
Bytes own_floats(std::vector<float> values);

class Weights {
 public:
  // The weights of the whole model. `root` is the group they lie in ("" or "model_weights"). Error if it
  // holds none of the layouts.
  Weights(std::shared_ptr<const hdf5::File> file, std::string root);

  // A model's own layer: its name, its class, and how many layers of that class come before it.
  Weights layer(const std::string& name, const std::string& class_name, int ordinal) const;
  // A layer held by another one, by any of the attributes it may go by; `name` is its own name, "" if that is
  // not known.
  Weights child(std::initializer_list<const char*> attributes, const std::string& name = "") const;
  // The `index`-th of several layers that another one holds in a list.
  Weights member(const char* attribute, const std::string& name, const std::string& class_name, int ordinal,
                 int index) const;

  // A variable of this layer, by name and by its place among the layer's variables.
  bool has(const std::string& name, int index) const;
  // Its shape as the file has it, unread.
  Shape shape(const std::string& name, int index) const;
  // Error naming the variable if it is missing or its shape is not `expected`; -1 in `expected` matches any
  // extent.
  Weight read(const std::string& name, int index, const Shape& expected) const;

 private:
  struct Entry {
    std::string path;                // in the file
    std::vector<std::string> parts;  // of its name: "conv1", "kernel"
  };
  Weights() = default;
  void list_group(const std::string& group);
  Weights matching(const std::string& name) const;
  const Entry* find(const std::string& name, int index) const;
  std::string path_of(const std::string& name, int index) const;

  std::shared_ptr<const hdf5::File> file_;
  bool by_name_ = false;        // the older layout
  bool top_ = false;            // by_name_: nothing was selected yet
  std::string path_;            // the group, by_name_: only at the top
  std::vector<Entry> entries_;  // by_name_
};

}  // namespace litewright::keras
