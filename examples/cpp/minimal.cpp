// The least that runs a model: loads it, runs it on zeros and prints the first results. For programs of a few
// kilobytes, which print with C's means: minimal MODEL.tflite
#include <litewright/litewright.h>
#include <stdio.h>

static int fail(void) {
  fprintf(stderr, "minimal: %s\n", lw_last_error());
  return 1;
}

int main(int argc, char** argv) {
  lw_model* model = nullptr;
  lw_interpreter* interpreter = nullptr;
  if (argc != 2) return 2;
  if (lw_model_from_file(argv[1], &model) || lw_interpreter_new(model, nullptr, &interpreter) ||
      lw_interpreter_allocate(interpreter) || lw_interpreter_invoke(interpreter)) {
    return fail();
  }
  lw_tensor output = {sizeof output};
  if (lw_interpreter_output(interpreter, 0, &output)) return fail();
  printf("%s: %zu bytes\n", output.name, output.bytes);
  lw_interpreter_delete(interpreter);
  lw_model_delete(model);
}
