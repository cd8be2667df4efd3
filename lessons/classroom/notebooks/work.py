"""What one cell has become, as it is kept and as a page sends it: in the words of the notebook format (nbformat 4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

CellId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StreamOutput(_Output):
    """What was printed. Two in a row are of two streams."""

    output_type: Literal["stream"] = "stream"
    name: Literal["stdout", "stderr"]
    text: str


class ResultOutput(_Output):
    """The value of the cell's last expression, as `repr` writes it."""

    output_type: Literal["execute_result"] = "execute_result"
    text: str


class ErrorOutput(_Output):
    """What the cell raised; the traceback as Python prints it."""

    output_type: Literal["error"] = "error"
    name: str
    message: str
    traceback: str


Output = Annotated[StreamOutput | ResultOutput | ErrorOutput, Field(discriminator="output_type")]


class CellWork(BaseModel):
    """`source` is None while the cell is as it came; `number` is the number of the run that printed the outputs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str | None = None
    number: Annotated[int, Field(ge=0, lt=10**6)] | None = None
    outputs: Annotated[tuple[Output, ...], Field(max_length=2000)] = ()

    def stored(self) -> dict[str, Any]:
        """As JSON, without what it has not; empty for a cell that is as it came."""
        return {name: value for name, value in self.model_dump(mode="json").items() if value not in (None, [])}


def as_nbformat(output: Output, number: int | None) -> dict[str, Any]:
    """The output as nbformat 4 has it."""
    match output:
        case StreamOutput():
            return {"output_type": "stream", "name": output.name, "text": output.text}
        case ResultOutput():
            data = {"text/plain": output.text}
            return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": number}
        case ErrorOutput():
            traceback = output.traceback.splitlines()
            return {"output_type": "error", "ename": output.name, "evalue": output.message, "traceback": traceback}
