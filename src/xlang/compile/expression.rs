use super::name::failed;
use super::types::{Type, binary, converts, is_open};
use super::{Compiler, Lowered};
use crate::message::{Value, ValueType};
use crate::xlang::code::{Conversion, Node};
use crate::xlang::eval;
use crate::xlang::problem::TYPE;
use crate::xlang::syntax::{BinaryOp, Expr, ExprKind, Path, Span, UnaryOp};

impl Compiler<'_> {
    pub(super) fn expression(&mut self, expr: &Expr) -> Lowered {
        let lowered = self.lowered(expr);
        self.observed(lowered)
    }

    /// In a traced text each value is told; a constant shows itself.
    pub(super) fn observed(&self, lowered: Lowered) -> Lowered {
        let silent = self.symbols.tag().is_none()
            || matches!(lowered.kind, Type::Error | Type::Void)
            || matches!(lowered.node, Node::Constant(_) | Node::At(..));
        if silent {
            return lowered;
        }
        Lowered { node: Node::At(lowered.span, Box::new(lowered.node)), ..lowered }
    }

    fn lowered(&mut self, expr: &Expr) -> Lowered {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Literal(value) => literal(value.clone(), span),
            ExprKind::Name(path) => Lowered { span, ..self.name(&path.words) },
            ExprKind::Member(object, word) => {
                let base = self.expression(object);
                Lowered { span, ..self.member(base, word) }
            }
            ExprKind::Call(callee, arguments) => self.call(callee, arguments, span),
            ExprKind::AllProperties(path) => {
                self.error(
                    TYPE,
                    span,
                    "`(*)` stands for all properties, not for a value",
                    format!("Write Message2(*) = {}(*); in a Message Assignment shape.", path.dotted()),
                );
                failed(span)
            }
            ExprKind::New(path, arguments) => self.creation(path, arguments, span),
            ExprKind::TypeOf(path) => self.type_of(path, span),
            ExprKind::Unary(op, inner) => self.unary(*op, inner, span),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, span),
            ExprKind::Cast(path, inner) => self.cast(path, inner, span),
            ExprKind::Checked(checked, inner) => {
                let before = std::mem::replace(&mut self.checked, *checked);
                let lowered = self.expression(inner);
                self.checked = before;
                Lowered { span, place: None, ..lowered }
            }
            ExprKind::Exists(property, message) => self.exists(property, message, span),
            ExprKind::Error => failed(span),
        }
    }

    fn unary(&mut self, op: UnaryOp, inner: &Expr, span: Span) -> Lowered {
        // `-2147483648` is one constant: its digits alone would not fit.
        if let (UnaryOp::Minus, ExprKind::Literal(value)) = (op, &inner.kind) {
            let folded = match value {
                Value::UInt32(n) if *n == 1 << 31 => Some(Value::Int32(i32::MIN)),
                Value::UInt64(n) if *n == 1 << 63 => Some(Value::Int64(i64::MIN)),
                _ => None,
            };
            if let Some(value) = folded {
                return literal(value, span);
            }
        }
        let inner = self.expression(inner);
        let inner = self.operand(inner);
        if inner.kind == Type::Error {
            if op == UnaryOp::Not {
                self.would_be(inner.span, &Type::Value(ValueType::Bool));
            }
            return failed(span);
        }
        let found = inner.kind.value_type();
        let result = match op {
            _ if inner.kind.is_open() => {
                Some(if op == UnaryOp::Not { ValueType::Bool } else { ValueType::Unknown })
            }
            UnaryOp::Not => (found == ValueType::Bool).then_some(ValueType::Bool),
            UnaryOp::Minus | UnaryOp::Plus if found == ValueType::TimeSpan => Some(found.clone()),
            UnaryOp::Minus if found == ValueType::UInt32 => Some(ValueType::Int64),
            UnaryOp::Minus if found == ValueType::UInt64 => None,
            UnaryOp::Minus | UnaryOp::Plus => super::types::promoted(&found, &found),
            UnaryOp::Complement => super::types::promoted(&found, &found).filter(ValueType::is_integer),
        };
        let Some(result) = result else {
            let (sign, wanted) = match op {
                UnaryOp::Not => ("!", "a Boolean"),
                UnaryOp::Complement => ("~", "an integer"),
                UnaryOp::Minus => ("-", "a number"),
                UnaryOp::Plus => ("+", "a number"),
            };
            let message = format!("`{sign}` needs {wanted}, this is {}", inner.kind.describe());
            self.error(TYPE, span, message, format!("Give {wanted}; compare with == to get a Boolean."));
            return failed(span);
        };
        let operand = Box::new(inner.node);
        let node = match op {
            UnaryOp::Not => Node::Not(operand),
            UnaryOp::Minus => Node::Negate(operand, self.checked),
            UnaryOp::Complement => Node::Complement(operand),
            UnaryOp::Plus => *operand,
        };
        Lowered { node: self.fold(node, span), kind: Type::Value(result), span, place: None }
    }

    /// Chains of operators lean left; they are walked in a loop, so that a long one needs no deep stack.
    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Lowered {
        let mut chain = vec![(op, right, span)];
        let mut first = left;
        while let ExprKind::Binary(op, left, right) = &first.kind {
            chain.push((*op, right, first.span));
            first = left;
        }
        let mut lowered = self.expression(first);
        for (op, right, span) in chain.into_iter().rev() {
            // What `&&` and `||` may skip is not sure to be assigned.
            let skipped = matches!(op, BinaryOp::AndAlso | BinaryOp::OrElse).then(|| self.uses.point());
            let right = self.expression(right);
            if let Some(point) = skipped {
                self.uses.restore(point);
            }
            // Chains of one kind lie flat; what else an operator joins has a value of its own.
            if matches!(lowered.node, Node::Binary(..)) {
                lowered = self.observed(lowered);
            }
            lowered = self.operate(op, lowered, right, span);
        }
        lowered
    }

    fn operate(&mut self, op: BinaryOp, left: Lowered, right: Lowered, span: Span) -> Lowered {
        let is_null = |l: &Lowered| l.kind == Type::Null;
        let (left, right) = if is_null(&left) || is_null(&right) {
            (left, right)
        } else {
            (self.operand(left), self.operand(right))
        };
        if left.kind == Type::Error || right.kind == Type::Error {
            let both = match op {
                BinaryOp::AndAlso | BinaryOp::OrElse => {
                    [Type::Value(ValueType::Bool), Type::Value(ValueType::Bool)]
                }
                _ => [right.kind, left.kind],
            };
            let [of_left, of_right] = both;
            self.would_be(left.span, &of_left);
            self.would_be(right.span, &of_right);
            return failed(span);
        }
        let (left, right) = unsigned_constant(left, right);
        let Some(result) = binary(op, &left.kind, &right.kind) else {
            let message =
                format!("`{}` cannot join {} and {}", op.sign(), left.kind.describe(), right.kind.describe());
            let help = self.operator_help(op, &left, &right);
            self.error(TYPE, span, message, help);
            return failed(span);
        };
        let node = match op {
            BinaryOp::AndAlso => flat(left.node, right.node, Node::All, |n| match n {
                Node::All(all) => Ok(all),
                other => Err(other),
            }),
            BinaryOp::OrElse => flat(left.node, right.node, Node::Any, |n| match n {
                Node::Any(any) => Ok(any),
                other => Err(other),
            }),
            BinaryOp::Add if result == ValueType::String => concat(left, right),
            _ => Node::Binary(op, self.checked, Box::new((left.node, right.node))),
        };
        Lowered { node: self.fold(node, span), kind: Type::Value(result), span, place: None }
    }

    fn operator_help(&self, op: BinaryOp, left: &Lowered, right: &Lowered) -> String {
        let text = |l: &Lowered| l.span.of(self.text).to_owned();
        let string = |l: &Lowered| l.kind.is(&ValueType::String);
        let number = |l: &Lowered| l.kind.value_type().is_number();
        match op {
            BinaryOp::AndAlso | BinaryOp::OrElse => {
                "Both sides must be Boolean: compare with ==, <, >.".into()
            }
            _ if string(left) && number(right) => {
                format!("Write System.Convert.ToInt32({}) or compare with a text in quotes.", text(left))
            }
            _ if number(left) && string(right) => {
                format!(
                    "Write System.Convert.ToInt32({}) or compare with a number without quotes.",
                    text(right)
                )
            }
            _ if string(left) && string(right) => {
                "Texts are compared with == and !=, or with System.String.Compare(a, b) < 0.".into()
            }
            _ if left.kind.is(&ValueType::Bool) || right.kind.is(&ValueType::Bool) => {
                "Compare a Boolean with true or false.".into()
            }
            _ => "Convert one side to the type of the other.".into(),
        }
    }

    fn cast(&mut self, path: &Path, inner: &Expr, span: Span) -> Lowered {
        let wanted = ValueType::from_name(&path.dotted());
        let inner = self.expression(inner);
        let inner = self.operand(inner);
        if inner.kind == Type::Error {
            return failed(span);
        }
        let found = inner.kind.value_type();
        let numeric = |t: &ValueType| t.is_number() || *t == ValueType::Char;
        let possible = converts(&inner.kind, &wanted, self.symbols.exceptions())
            || inner.kind.is_open()
            || numeric(&found) && numeric(&wanted)
            || matches!(wanted, ValueType::Named(_))
                && (is_open(&wanted) || matches!(found, ValueType::Named(_)));
        if !possible {
            let help = match (&found, &wanted) {
                (ValueType::String, to) => {
                    format!("Write System.Convert.To{}({}).", to.short_name(), inner.span.of(self.text))
                }
                (_, ValueType::String) => format!("Write {}.ToString().", inner.span.of(self.text)),
                _ => "Use a type the value can have.".into(),
            };
            let message = format!("{} cannot be cast to {}", inner.kind.describe(), wanted.short_name());
            self.error(TYPE, span, message, help);
            return failed(span);
        }
        if inner.kind.is(&wanted) {
            return Lowered { span, place: None, ..inner };
        }
        let conversion = Conversion::Cast { checked: self.checked };
        let node = Node::Convert(Box::new(inner.node), wanted.clone(), conversion);
        Lowered { node: self.fold(node, span), kind: Type::Value(wanted), span, place: None }
    }
}

fn literal(value: Value, span: Span) -> Lowered {
    let kind = if value == Value::Null { Type::Null } else { Type::Value(value.value_type()) };
    Lowered { node: Node::Constant(value), kind, span, place: None }
}

/// `u + 1` with an unsigned `u` stays unsigned: a constant that fits takes the other side's type, as in C#.
fn unsigned_constant(left: Lowered, right: Lowered) -> (Lowered, Lowered) {
    let adapt = |constant: Lowered, other: &Lowered| {
        let wanted = other.kind.value_type();
        if let Node::Constant(value @ Value::Int32(0..)) = &constant.node
            && matches!(wanted, ValueType::UInt32 | ValueType::UInt64)
            && let Ok(value) = eval::convert(value.clone(), &wanted, Conversion::Cast { checked: true })
        {
            return Lowered { node: Node::Constant(value), kind: Type::Value(wanted), ..constant };
        }
        constant
    };
    let left = adapt(left, &right);
    let right = adapt(right, &left);
    (left, right)
}

fn flat(
    left: Node,
    right: Node,
    join: impl FnOnce(Vec<Node>) -> Node,
    open: impl FnOnce(Node) -> Result<Vec<Node>, Node>,
) -> Node {
    let mut all = open(left).unwrap_or_else(|other| vec![other]);
    all.push(right);
    join(all)
}

/// Joins texts; neighbouring constants melt.
fn concat(left: Lowered, right: Lowered) -> Node {
    let leads_with_text = left.kind.is(&ValueType::String);
    let mut parts = match left.node {
        Node::Concat(parts) if leads_with_text => parts,
        other => vec![other],
    };
    if let (Some(Node::Constant(Value::String(last))), Node::Constant(Value::String(next))) =
        (parts.last(), &right.node)
    {
        let melted = Value::from(format!("{last}{next}"));
        parts.pop();
        parts.push(Node::Constant(melted));
    } else {
        parts.push(right.node);
    }
    match parts.as_slice() {
        [Node::Constant(Value::String(only))] => Node::Constant(Value::String(only.clone())),
        _ => Node::Concat(parts),
    }
}
