// Layers that are known and cannot be stated in TFLite's operators, with the reason and a way out.
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {
constexpr const char* kLambda =
    "the Python code in a Lambda layer is never run; replace it by Keras layers or keras.ops calls, or by a "
    "layer class of your own with "
    "a rule stated by litewright.register_layer";
constexpr const char* kText = "text and hashing have no TFLite operators; apply it before the model";
constexpr const char* kForeign = "it wraps a function of another framework; rebuild it from Keras layers";
constexpr const char* kSignal =
    "spectrograms have no fitting TFLite operators; compute them before the model";
constexpr const char* kImage = "it changes images by their own statistics; apply it before the model";
constexpr const char* kLocal = "its filters differ from place to place; no TFLite operator does that";
constexpr MaskRule kStop = MaskRule::kStop;
}  // namespace

Rows unsupported_layers() {
  static const LayerRow kRows[] = {
      {"Lambda", nullptr, kStop, kLambda},
      {"StringLookup", nullptr, kStop, kText},
      {"TextVectorization", nullptr, kStop, kText},
      {"Hashing", nullptr, kStop, kText},
      {"HashedCrossing", nullptr, kStop, kText},
      {"TFSMLayer", nullptr, kStop, kForeign},
      {"FlaxLayer", nullptr, kStop, kForeign},
      {"JaxLayer", nullptr, kStop, kForeign},
      {"TorchModuleWrapper", nullptr, kStop, kForeign},
      {"MelSpectrogram", nullptr, kStop, kSignal},
      {"STFTSpectrogram", nullptr, kStop, kSignal},
      {"Equalization", nullptr, kStop, kImage},
      {"ContrastLimitedAdaptiveHistogramEqualization", nullptr, kStop, kImage},
      {"LocallyConnected1D", nullptr, kStop, kLocal},
      {"LocallyConnected2D", nullptr, kStop, kLocal},
  };
  return kRows;
}

}  // namespace litewright::keras
