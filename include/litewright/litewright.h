/* Litewright's C interface: load a .tflite file, run it, bring operators and delegates of your own.
 *
 * Every function that can fail returns a status; lw_last_error() then has the reason. Handles belong to
 * whoever made them and are ended with their _delete function, in any order: an interpreter keeps its model
 * alive. An interpreter serves one thread at a time; interpreters on one model may run in different threads.
 *
 * Structs begin with their size in bytes, so that later versions can add members at the end: whoever fills a
 * struct sets `size` to sizeof, and nobody reads members beyond it. */
#ifndef LITEWRIGHT_LITEWRIGHT_H_
#define LITEWRIGHT_LITEWRIGHT_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define LW_API __attribute__((visibility("default")))
#else
#define LW_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lw_status {
  LW_OK = 0,
  LW_INVALID_ARGUMENT = 1, /* the caller passed something wrong */
  LW_INVALID_MODEL = 2,    /* the model's bytes or structure are wrong */
  LW_OUT_OF_RANGE = 3,     /* an index does not exist */
  LW_IO = 4,               /* a file cannot be read */
  LW_UNSUPPORTED = 5,      /* a delegate cannot do this */
  LW_RUNTIME = 6,          /* an interpreter in the wrong state, or a failure while it runs */
  LW_INTERNAL = 7,         /* a defect of the library */
  LW_NEEDS_VALUES =
      8 /* of lw_custom_op::shape only: the shape depends on values; ask again when they are there */
} lw_status;

/* Element types, numbered as the .tflite format numbers them. */
typedef enum lw_type {
  LW_FLOAT32 = 0,
  LW_FLOAT16 = 1,
  LW_INT32 = 2,
  LW_UINT8 = 3,
  LW_INT64 = 4,
  LW_STRING = 5,
  LW_BOOL = 6,
  LW_INT16 = 7,
  LW_COMPLEX64 = 8,
  LW_INT8 = 9,
  LW_FLOAT64 = 10,
  LW_COMPLEX128 = 11,
  LW_UINT64 = 12,
  LW_RESOURCE = 13,
  LW_VARIANT = 14,
  LW_UINT32 = 15,
  LW_UINT16 = 16,
  LW_INT4 = 17,
  LW_BFLOAT16 = 18,
  LW_INT2 = 19,
  LW_UINT4 = 20,
  LW_FLOAT8_E4M3FN = 21,
  LW_FLOAT8_E5M2 = 22
} lw_type;

typedef struct lw_model lw_model;
typedef struct lw_options lw_options;
typedef struct lw_interpreter lw_interpreter;

/* What a tensor is now. Pointers stay valid until the interpreter is resized, allocated, run or deleted. */
typedef struct lw_tensor {
  size_t size;
  const char* name;
  int32_t type; /* an lw_type */
  int32_t rank;
  const int32_t* dims; /* `rank` extents, outermost first; -1: known only at run time */
  void* data;          /* the elements, row-major, types below a byte one to a byte; NULL: no value yet */
  size_t bytes;
  int32_t is_constant;
  int32_t is_variable;
  size_t num_scales; /* real = scale * (stored - zero point); 0: not quantized, 1: per tensor, more: per
                        channel */
  const float* scales;
  size_t num_zero_points; /* 0: all are 0; 1: the same for all channels */
  const int64_t* zero_points;
  int32_t quantized_dimension;
} lw_tensor;

/* Text that a callback leaves when it fails; ends with a zero. */
typedef struct lw_error {
  char message[1024];
} lw_error;

LW_API const char* lw_version(void);
/* Why the last call in this thread that did not return LW_OK failed; "" if none did. */
LW_API const char* lw_last_error(void);
LW_API const char* lw_type_name(int32_t type); /* "float32", "int8" ... */

/* ---- Models */

LW_API lw_status lw_model_from_file(const char* path, lw_model** model);
/* The bytes are not copied: they must stay until `release(context)` is called, once nothing uses them any
 * more. Where `release` is NULL the bytes are copied. When the call fails, `release` has been called. */
LW_API lw_status lw_model_from_buffer(const void* data, size_t size, void (*release)(void* context),
                                      void* context, lw_model** model);
LW_API void lw_model_delete(lw_model* model);

/* ---- Operators of your own */

/* One use of a custom operator. */
typedef struct lw_call {
  size_t size;
  const char* name;
  size_t num_inputs, num_outputs;
  const lw_tensor* const*
      inputs; /* NULL: the operand is absent. In `shape`, data is NULL while it is not known. */
  const lw_tensor* const* outputs; /* in `shape`: types as the file declares them */
  const void* options;             /* the file's custom_options */
  size_t options_size;
  void* state; /* what `prepare` made */
  /* In `shape`: sets an output's shape. In `run`: does so for an output that `shape` left open, and returns
   * its memory; NULL if the shape is not possible. */
  void* (*set_output)(struct lw_call* call, size_t output, int32_t rank, const int32_t* dims);
  lw_error* error;
  void* host; /* the library's own */
} lw_call;

typedef struct lw_custom_op {
  size_t size;
  const char* name; /* the custom_code that files use */
  void* context;
  lw_status (*shape)(void* context, lw_call* call); /* NULL: `run` sets the outputs' shapes */
  lw_status (*prepare)(void* context, lw_call* call,
                       void** state); /* after every change of shapes; may be NULL */
  lw_status (*run)(void* context, lw_call* call);
  void (*release)(void* context, void* state); /* ends what `prepare` made; may be NULL */
} lw_custom_op;

/* ---- Delegates: take over nodes of a graph */

typedef enum lw_attribute_kind {
  LW_ATTR_INT,
  LW_ATTR_FLOAT,
  LW_ATTR_TEXT,
  LW_ATTR_INTS,
  LW_ATTR_FLOATS
} lw_attribute_kind;

/* An option of an operator, named as the format names it ("stride_w"). Enumerations and booleans are
 * integers. */
typedef struct lw_attribute {
  size_t size;
  const char* name;
  int32_t kind; /* an lw_attribute_kind */
  int64_t integer;
  double number;
  const char* text;
  size_t count; /* of LW_ATTR_INTS and LW_ATTR_FLOATS */
  const int64_t* integers;
  const double* numbers;
} lw_attribute;

typedef struct lw_node {
  size_t size;
  const char* op; /* "CONV_2D"; of a custom operator its name */
  size_t num_inputs, num_outputs;
  const int32_t *inputs, *outputs; /* indexes into lw_graph::tensors; -1: absent */
  size_t num_attributes;
  const lw_attribute* const* attributes;
  const void* custom_options;
  size_t custom_options_size;
} lw_node;

typedef struct lw_graph {
  size_t size;
  size_t num_tensors;
  const lw_tensor* const* tensors; /* constants have data */
  size_t num_nodes;
  const lw_node* const* nodes; /* in execution order */
  size_t num_inputs, num_outputs;
  const int32_t *inputs, *outputs;
} lw_graph;

/* The library calls `claim` once per subgraph, then `compile` for each partition whenever its shapes change,
 * then `run`. What `compile` refuses, and a partition whose `run` fails, is computed on the CPU from then on,
 * with a warning. */
typedef struct lw_delegate {
  size_t size;
  const char* name;
  void* context;
  lw_status (*claim)(void* context, const lw_graph* graph, uint8_t* claimed); /* sets claimed[node] to 1 */
  /* All shapes are concrete. The graph's memory is gone after the call; data of constants stays. */
  lw_status (*compile)(void* context, const lw_graph* partition, void** compiled, lw_error* error);
  lw_status (*run)(void* context, void* compiled, const void* const* inputs, void* const* outputs,
                   lw_error* error);
  void (*release)(void* context, void* compiled);
  void (*destroy)(struct lw_delegate* delegate); /* ends the delegate; may be NULL */
} lw_delegate;

/* What a delegate library exports under the name litewright_create_delegate. */
typedef lw_status (*lw_create_delegate)(const char* const* keys, const char* const* values,
                                        size_t num_options, lw_delegate** delegate, lw_error* error);
LW_API lw_status lw_load_delegate(const char* path, const char* const* keys, const char* const* values,
                                  size_t num_options, lw_delegate** delegate);
LW_API void lw_delegate_delete(lw_delegate* delegate);

/* ---- Interpreters */

LW_API lw_options* lw_options_new(void);
LW_API void lw_options_delete(lw_options* options);
LW_API void lw_options_set_num_threads(lw_options* options, int32_t num_threads); /* 1 unless set */
LW_API void lw_options_set_reference(lw_options* options, int32_t reference);     /* reference kernels */
LW_API void lw_options_set_preserve_all(lw_options* options,
                                        int32_t preserve); /* keep intermediate results */
/* `context` and the functions must outlive the interpreters; the rest is copied. */
LW_API lw_status lw_options_add_custom_op(lw_options* options, const lw_custom_op* op);
/* The delegate must outlive the interpreters. Several are asked in the order they were added. */
LW_API lw_status lw_options_add_delegate(lw_options* options, const lw_delegate* delegate);
/* Told what did not go as asked and was worked around. Nobody is, unless set. */
LW_API void lw_options_set_warning(lw_options* options, void (*warn)(void* context, const char* message),
                                   void* context);

/* `options` may be NULL and may be deleted afterwards. */
LW_API lw_status lw_interpreter_new(const lw_model* model, const lw_options* options,
                                    lw_interpreter** interpreter);
LW_API void lw_interpreter_delete(lw_interpreter* interpreter);
LW_API size_t lw_interpreter_num_inputs(const lw_interpreter* interpreter);
LW_API size_t lw_interpreter_num_outputs(const lw_interpreter* interpreter);
/* The caller sets tensor->size. */
LW_API lw_status lw_interpreter_input(lw_interpreter* interpreter, size_t index, lw_tensor* tensor);
LW_API lw_status lw_interpreter_output(lw_interpreter* interpreter, size_t index, lw_tensor* tensor);
/* lw_interpreter_allocate must follow a change of shape. */
LW_API lw_status lw_interpreter_resize_input(lw_interpreter* interpreter, size_t index, int32_t rank,
                                             const int32_t* dims);
LW_API lw_status lw_interpreter_allocate(lw_interpreter* interpreter);
/* Copies all of a tensor in or out; `bytes` must be its size. Strings are serialized as the format does. */
LW_API lw_status lw_interpreter_set_input(lw_interpreter* interpreter, size_t index, const void* data,
                                          size_t bytes);
LW_API lw_status lw_interpreter_get_output(lw_interpreter* interpreter, size_t index, void* data,
                                           size_t bytes);
LW_API lw_status lw_interpreter_invoke(lw_interpreter* interpreter);
LW_API lw_status lw_interpreter_reset_variables(lw_interpreter* interpreter);

/* ---- Where the time goes */

/* One operator of the model, summed over the runs since lw_profile_start. Operators that call subgraphs
 * include them. */
typedef struct lw_profile_row {
  size_t size;
  const char* op;
  const char* output; /* the name of its first result */
  int32_t subgraph, node;
  int64_t runs, nanoseconds;
} lw_profile_row;

LW_API void lw_profile_start(lw_interpreter* interpreter); /* forgets earlier runs */
LW_API void lw_profile_stop(lw_interpreter* interpreter);
/* Counts the rows as they are now; lw_profile_get_row reads them. */
LW_API size_t lw_profile_num_rows(lw_interpreter* interpreter);
LW_API lw_status lw_profile_get_row(lw_interpreter* interpreter, size_t index, lw_profile_row* row);
/* The runs as JSON that chrome://tracing and Perfetto show; valid until the next call on the interpreter. */
LW_API const char* lw_profile_chrome_trace(lw_interpreter* interpreter);

#ifdef __cplusplus
}
#endif

#endif /* LITEWRIGHT_LITEWRIGHT_H_ */
