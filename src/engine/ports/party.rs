use crate::message::{BTS, Context, Value};
use crate::model::Party;
use crate::program::Program;

/// Party resolution: the sender by its certificate, else by its Windows user among the aliases, becomes the source party
/// of the message (RX-7, RLK-4). Who is nobody's stays unknown.
pub fn resolve_party(program: &Program, context: &mut Context) {
    let parties = &program.application.bindings.parties;
    let text = |name| match context.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let signed = |party: &&Party, thumbprint: &str| {
        let own = party.signature_certificate.as_ref();
        own.is_some_and(|c| c.thumbprint.eq_ignore_ascii_case(thumbprint))
    };
    let certificate = text(BTS.signature_certificate);
    let user = text(BTS.windows_user);
    let by_certificate = certificate.and_then(|thumbprint| parties.iter().find(|p| signed(p, &thumbprint)));
    let found = by_certificate.or_else(|| {
        let user = user?;
        parties.iter().find(|p| p.aliases.iter().any(|a| a.qualifier == "WindowsUser" && a.value == user))
    });
    if let Some(party) = found {
        context.promote(BTS.source_party_id, Value::from(party.name.as_str()));
    }
}
