// The operators of this build, one row each: X(kName), where kName is the OpDef in the operator's own file.
// Included several times with X defined; no include guard.
