"""Turns the two BlazeFace models of MediaPipe from TensorFlow Lite into ONNX, once, by hand.

    pip download --no-deps mediapipe==0.10.21       # the models are in this wheel, Apache-2.0
    pip install ai-edge-litert==2.3.0 tflite==2.18.0 onnx==1.23.2
    python tools/model_building/convert_face_models.py mediapipe-0.10.21-*.whl

Writes the models to cases/deid/models and compares what both formats answer. The product only reads
the ONNX files; none of these packages is among its requirements. Weights stay what they are, in
half precision; the layout becomes channels first.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from onnx import TensorProto, helper, numpy_helper
from tflite.ActivationFunctionType import ActivationFunctionType
from tflite.AddOptions import AddOptions
from tflite.BuiltinOperator import BuiltinOperator
from tflite.ConcatenationOptions import ConcatenationOptions
from tflite.Conv2DOptions import Conv2DOptions
from tflite.DepthToSpaceOptions import DepthToSpaceOptions
from tflite.DepthwiseConv2DOptions import DepthwiseConv2DOptions
from tflite.Model import Model
from tflite.Padding import Padding
from tflite.Pool2DOptions import Pool2DOptions
from tflite.ResizeBilinearOptions import ResizeBilinearOptions

OUTPUT = Path(__file__).resolve().parents[2] / "cases" / "deid" / "models"
MODELS = {
    "face_detection_short_range.tflite": (
        "blazeface_short.onnx",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    ),
    "face_detection_full_range_sparse.tflite": (
        "blazeface_full.onnx",
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
    ),
}
_NAMES = {number: name for name, number in vars(BuiltinOperator).items() if isinstance(number, int)}


class Converter:
    """One model on its way. A tensor of four axes has channels first as soon as it is read."""

    def __init__(self, content: bytes) -> None:
        self.model = Model.GetRootAs(content, 0)
        self.graph = self.model.Subgraphs(0)
        self.runner = Interpreter(
            model_content=content,
            experimental_preserve_all_tensors=True,
            # A delegate keeps the weights to itself.
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self.runner.allocate_tensors()
        self.runner.invoke()  # unpacks the sparse weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.made: set[int] = set()

    def convert(self) -> Any:
        (source,) = self.graph.InputsAsNumpy()
        shape = [int(side) for side in self.graph.Tensors(int(source)).ShapeAsNumpy()]
        self.node("Transpose", ["input"], f"t{source}", perm=[0, 3, 1, 2])
        self.made.add(int(source))
        for number in range(self.graph.OperatorsLength()):
            self.operator(self.graph.Operators(number))
        results = [int(number) for number in self.graph.OutputsAsNumpy()]
        graph = helper.make_graph(
            self.nodes,
            "blazeface",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
            [
                helper.make_tensor_value_info(
                    f"t{number}",
                    TensorProto.FLOAT,
                    [int(side) for side in self.graph.Tensors(number).ShapeAsNumpy()],
                )
                for number in results
            ],
            self.constants,
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(made, full_check=True)
        return made

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, values: Any) -> str:
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def weights(self, number: int, axes: tuple[int, ...]) -> str:
        """A constant with its axes in ONNX's order, half precision in the file."""
        values = self.runner.get_tensor(number).transpose(axes)
        half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            raise ValueError("these weights do not fit into half precision")
        stored = self.constant(f"w{number}", np.ascontiguousarray(half))
        return self.node("Cast", [stored], f"f{number}", to=TensorProto.FLOAT)

    def operator(self, operator: Any) -> None:
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        kind = _NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = [int(number) for number in operator.InputsAsNumpy()]
        (output,) = (int(number) for number in operator.OutputsAsNumpy())
        if kind in ("DEQUANTIZE", "DENSIFY"):
            return  # constants: read from the runner where they are used
        self.made.add(output)
        options = operator.BuiltinOptions()
        getattr(self, kind.lower())(options, inputs, output)

    def activated(self, kind: int, inputs: list[str], output: int, name: str, **rest: Any) -> None:
        if kind == ActivationFunctionType.NONE:
            self.node(name, inputs, f"t{output}", **rest)
        elif kind == ActivationFunctionType.RELU:
            self.node("Relu", [self.node(name, inputs, f"a{output}", **rest)], f"t{output}")
        else:
            raise ValueError("an activation this does not know")

    def conv_2d(self, raw: Any, inputs: list[int], output: int) -> None:
        options = Conv2DOptions()
        options.Init(raw.Bytes, raw.Pos)
        self.convolution(options, inputs, output, (0, 3, 1, 2), 1)

    def depthwise_conv_2d(self, raw: Any, inputs: list[int], output: int) -> None:
        options = DepthwiseConv2DOptions()
        options.Init(raw.Bytes, raw.Pos)
        groups = int(self.graph.Tensors(inputs[0]).ShapeAsNumpy()[3])
        self.convolution(options, inputs, output, (3, 0, 1, 2), groups)

    def convolution(
        self, options: Any, inputs: list[int], output: int, axes: tuple[int, ...], groups: int
    ) -> None:
        names = [f"t{inputs[0]}", self.weights(inputs[1], axes), self.weights(inputs[2], (0,))]
        self.activated(
            options.FusedActivationFunction(),
            names,
            output,
            "Conv",
            group=groups,
            strides=[options.StrideH(), options.StrideW()],
            dilations=[options.DilationHFactor(), options.DilationWFactor()],
            auto_pad=_padding(options.Padding()),
        )

    def max_pool_2d(self, raw: Any, inputs: list[int], output: int) -> None:
        options = Pool2DOptions()
        options.Init(raw.Bytes, raw.Pos)
        self.activated(
            options.FusedActivationFunction(),
            [f"t{inputs[0]}"],
            output,
            "MaxPool",
            kernel_shape=[options.FilterHeight(), options.FilterWidth()],
            strides=[options.StrideH(), options.StrideW()],
            auto_pad=_padding(options.Padding()),
        )

    def add(self, raw: Any, inputs: list[int], output: int) -> None:
        options = AddOptions()
        options.Init(raw.Bytes, raw.Pos)
        names = [f"t{number}" for number in inputs]
        self.activated(options.FusedActivationFunction(), names, output, "Add")

    def relu(self, _raw: Any, inputs: list[int], output: int) -> None:
        self.node("Relu", [f"t{inputs[0]}"], f"t{output}")

    def pad(self, _raw: Any, inputs: list[int], output: int) -> None:
        sides = self.runner.get_tensor(inputs[1])[[0, 3, 1, 2]].T.flatten().astype(np.int64)
        self.node("Pad", [f"t{inputs[0]}", self.constant(f"p{output}", sides)], f"t{output}")

    def resize_bilinear(self, raw: Any, inputs: list[int], output: int) -> None:
        options = ResizeBilinearOptions()
        options.Init(raw.Bytes, raw.Pos)
        if options.AlignCorners():
            raise ValueError("corners are aligned: not foreseen")
        channels = self.graph.Tensors(inputs[0]).ShapeAsNumpy()[3]
        size = np.array([1, channels, *self.runner.get_tensor(inputs[1])], dtype=np.int64)
        self.node(
            "Resize",
            [f"t{inputs[0]}", "", "", self.constant(f"s{output}", size)],
            f"t{output}",
            mode="linear",
            coordinate_transformation_mode=(
                "half_pixel" if options.HalfPixelCenters() else "asymmetric"
            ),
        )

    def depth_to_space(self, raw: Any, inputs: list[int], output: int) -> None:
        options = DepthToSpaceOptions()
        options.Init(raw.Bytes, raw.Pos)
        self.node("DepthToSpace", [f"t{inputs[0]}"], f"t{output}", blocksize=options.BlockSize())

    def reshape(self, _raw: Any, inputs: list[int], output: int) -> None:
        shape = np.array(self.graph.Tensors(output).ShapeAsNumpy(), dtype=np.int64)
        last = self.node("Transpose", [f"t{inputs[0]}"], f"l{output}", perm=[0, 2, 3, 1])
        self.node("Reshape", [last, self.constant(f"s{output}", shape)], f"t{output}")

    def concatenation(self, raw: Any, inputs: list[int], output: int) -> None:
        options = ConcatenationOptions()
        options.Init(raw.Bytes, raw.Pos)
        self.node("Concat", [f"t{number}" for number in inputs], f"t{output}", axis=options.Axis())


def _padding(kind: int) -> str:
    return "SAME_UPPER" if kind == Padding.SAME else "VALID"


def farthest(content: bytes, made: Any) -> float:
    """The largest difference between what both models answer to one picture of noise."""
    old = Interpreter(model_content=content, num_threads=1)
    old.allocate_tensors()
    (entry,) = old.get_input_details()
    picture = np.random.default_rng(1).uniform(-1, 1, entry["shape"]).astype(np.float32)
    old.set_tensor(entry["index"], picture)
    old.invoke()
    new = onnxruntime.InferenceSession(made.SerializeToString())
    answers = new.run(None, {"input": picture})
    places = [int(result["index"]) for result in old.get_output_details()]
    return max(
        float(np.abs(old.get_tensor(place) - answer).max())
        for place, answer in zip(places, answers, strict=True)
    )


def main(wheel: Path) -> None:
    for member, (name, digest) in MODELS.items():
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(f"mediapipe/modules/face_detection/{member}")
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError("this is another model")
        made = Converter(content).convert()
        target = OUTPUT / name
        onnx.save(made, target)
        print(f"{name}: {target.stat().st_size} bytes, differs by {farthest(content, made):.1e}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
