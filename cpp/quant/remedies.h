// What helps when accuracy drops: changes to the float graph that make it easier to quantize.
#pragma once

#include <vector>

#include "quant/quantize.h"

namespace litewright {

// Cross-layer equalization: where a linear operator follows another with at most a RELU, paddings and
// poolings between, moves scale from one's output channels to the other's input channels, so that all
// channels have like ranges. The float results stay. Source: Nagel et al., "Data-Free Quantization Through
// Weight Equalization and Bias Correction", 2019, section 4.1. True if anything changed.
bool equalize(Graph& graph);

// Mean of every channel (last dimension) by tensor of the main subgraph; empty: not observed.
using ChannelMeans = std::vector<std::vector<float>>;

// Bias correction: adds to each bias what rounding the weights takes away from the mean of the result, given
// the mean inputs. The graph's results change by that much; quantized ones come closer to what they were.
// Same source, section 4.2.
void correct_biases(Graph& graph, const QuantizerOptions& options, const ChannelMeans& means);

}  // namespace litewright
