#include "tflite/option_tables.h"

#include <gtest/gtest.h>

#include "ops/option_visit.h"
#include "tests_cpp/tflite/sample_graph.h"
#include "tflite/reader.h"
#include "tflite/writer.h"

namespace litewright {
namespace {

// Every member differs from its default.
Options changed(const OptionsSchema& schema) {
  return Options(schema).filled([](const OptionField& field, void* member) {
    change_field(field.kind, member, [&]<class T>(T& value) {
      if constexpr (std::is_same_v<T, bool>) {
        value = !value;
      } else if constexpr (std::is_arithmetic_v<T>) {
        const int last = field.enum_count - 1;
        value = static_cast<T>(field.enum_count == 0 ? 3 : value == static_cast<T>(last) ? 0 : last);
      } else if constexpr (std::is_same_v<T, std::string>) {
        value = "text";
      } else {
        value = T{1, 0, 1};
      }
    });
  });
}

Options through_file(const Options& options) {
  Graph graph;
  graph.subgraphs.resize(1);
  graph.main().tensors = {testing::float_tensor("x", {1})};
  graph.main().operators = {testing::make_operator(BuiltinOp::kFloor, {0}, {0}, options)};
  return read_tflite(write_tflite(graph)).main().operators[0].options;
}

TEST(OptionTables, EverySchemaComesBack) {
  ASSERT_EQ(all_schemas().size(), 149u);
  for (const OptionsSchema* schema : all_schemas()) {
    SCOPED_TRACE(schema->name);
    EXPECT_EQ(find_schema(schema->union_number, schema->tag), schema);
    EXPECT_EQ(find_schema(schema->name), schema);
    const Options initial(*schema), other = changed(*schema);
    for (const OptionField& field : schema->fields) {
      // A format of one value only has nothing to change to.
      if (field.enum_count == 1) continue;
      EXPECT_NE(get_field(initial, field), get_field(other, field)) << field.name;
    }
    EXPECT_EQ(to_string(through_file(initial)), to_string(initial));
    EXPECT_EQ(to_string(through_file(other)), to_string(other));
    EXPECT_EQ(through_file(other), other);
  }
}

TEST(OptionTables, NoneStaysNone) { EXPECT_FALSE(through_file({}).has_value()); }

TEST(OptionTables, UnknownEnumerationsAreRefused) {
  const Options options = Options(Pool2DOptions{}).filled([](const OptionField& field, void* member) {
    if (field.name == "padding") *static_cast<int8_t*>(member) = 9;
  });
  EXPECT_THROW(through_file(options), Error);
}

TEST(Options, FieldsAreSetByNameAndChecked) {
  Options options = Conv2DOptions{.padding = Padding::kValid, .stride_w = 2};
  const Options before = options;
  set_field(options, "padding", std::string("SAME"));
  set_field(options, "stride_h", int64_t{7});
  EXPECT_EQ(options.get<Conv2DOptions>().padding, Padding::kSame);
  EXPECT_EQ(options.get<Conv2DOptions>().stride_h, 7);
  EXPECT_EQ(before.get<Conv2DOptions>().stride_h, 0) << "a copy was changed";
  EXPECT_EQ(to_string(Options(Pool2DOptions{.stride_w = 2})),
            "Pool2DOptions{padding=SAME, stride_w=2, stride_h=0, filter_width=0, filter_height=0, "
            "fused_activation_function=NONE}");
  const struct {
    const char* field;
    OptionValue value;
  } refused[] = {{"padding", int64_t{2}},        {"padding", std::string("FULL")},
                 {"stride_w", int64_t{1} << 40}, {"stride_w", 2.0},
                 {"stride_w", std::string("2")}, {"stride_w", std::vector<int64_t>{1}},
                 {"missing", int64_t{1}}};
  for (const auto& row : refused) {
    EXPECT_THROW(set_field(options, row.field, row.value), Error) << row.field;
  }
}

TEST(Options, OtherTypesAreTold) {
  const Options options = AddOptions{};
  EXPECT_EQ(options.as<MulOptions>(), nullptr);
  EXPECT_NE(options.as<AddOptions>(), nullptr);
  EXPECT_THROW(options.get<MulOptions>(), Error);
  EXPECT_TRUE(Options().get<AddOptions>().pot_scale_int16) << "none answers with the defaults";
}

}  // namespace
}  // namespace litewright
