// The custom operators of this build, one row each: X(kName), a CustomOpDef.
