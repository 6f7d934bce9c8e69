// The custom operators of this build, one row each: X(kName), a CustomOpDef.
X(kAudioSpectrogram)
X(kMfcc)
X(kNumericVerify)
X(kHadamardRotation)
X(kDetectionPostprocess)
X(kConvolution2DTransposeBias)
