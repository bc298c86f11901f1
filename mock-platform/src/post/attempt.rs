//! What may be named as the nearest to a delivery that is refused. It is named only where it would be accepted:
//! it is judged like a delivery. Knows changes of names, destination and version; judges nothing itself.

use renkei_validator::spec::Version;
use renkei_validator::text::Message;

use super::Terms;
use super::judge::{Content, Delivery, Offer, check};
use crate::model::OfficeNumber;
use crate::refusal::{Business, Nearest, Refusal};

/// A delivery with something changed.
#[derive(Clone)]
pub(super) struct Attempt {
    destination: Option<OfficeNumber>,
    files: Vec<File>,
}

#[derive(Clone)]
struct File {
    /// Its place in the delivery.
    position: usize,
    name: String,
    /// What its content is to state; absent where it stays as it is.
    stating: Option<Version>,
}

impl Attempt {
    /// A delivery as it is.
    pub(super) fn of(delivery: &Delivery<'_>) -> Attempt {
        let files = delivery.files.iter().enumerate();
        let file = |(position, file): (usize, &Offer<'_>)| File { position, name: file.name.to_owned(), stating: None };
        Attempt { destination: delivery.destination.cloned(), files: files.map(file).collect() }
    }

    /// With other names, where there are any.
    pub(super) fn renamed(mut self, mut right: impl FnMut(&str) -> Option<String>) -> Attempt {
        for file in &mut self.files {
            if let Some(name) = right(&file.name) {
                file.name = name;
            }
        }
        self
    }

    /// Without some files.
    pub(super) fn without(mut self, names: &[String]) -> Attempt {
        self.files.retain(|file| !names.contains(&file.name));
        self
    }

    /// To another office.
    pub(super) fn to(self, destination: Option<&OfficeNumber>) -> Attempt {
        Attempt { destination: destination.cloned(), ..self }
    }

    /// With this version as the first item of all files.
    pub(super) fn stating(mut self, version: Version) -> Attempt {
        self.files.iter_mut().for_each(|file| file.stating = Some(version));
        self
    }

    fn passes(&self, delivery: &Delivery<'_>, terms: &Terms<'_>) -> bool {
        let offer = |file: &'_ File| -> Option<Content<'_>> {
            let content = delivery.files.get(file.position)?.content;
            Some(file.stating.map_or(content, |version| Content::Bytes(version.value().as_bytes())))
        };
        let offers = self.files.iter().filter_map(|file| Some(Offer { name: &file.name, content: offer(file)? }));
        let files: Vec<Offer<'_>> = offers.collect();
        check(&Delivery { destination: self.destination.as_ref(), files: &files, ..*delivery }, terms).is_ok()
    }
}

/// A refusal, with what may be nearest.
pub(super) struct Refused {
    refusal: Box<Refusal>,
    options: Vec<(Nearest, Attempt)>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused::of(refusal)
    }
}

impl Refused {
    /// A refusal. What it names as nearest stands.
    pub(super) fn of(refusal: Refusal) -> Refused {
        Refused { refusal: Box::new(refusal), options: Vec::new() }
    }

    /// One more that may be nearest, behind those before it.
    pub(super) fn or_else(mut self, nearest: Nearest, attempt: Attempt) -> Refused {
        self.options.push((nearest, attempt));
        self
    }

    /// The same, of other names: those are what is nearest.
    pub(super) fn or_renamed(self, difference: Message, attempt: Attempt, delivery: &Delivery<'_>) -> Refused {
        let before = |file: &File| delivery.files.get(file.position).map(|before| before.name);
        let renamed = attempt.files.iter().filter(|file| before(file) != Some(&file.name));
        let accepted = renamed.map(|file| file.name.clone()).collect();
        self.or_else(Nearest { accepted, difference: difference.into() }, attempt)
    }

    /// The refusal, with the first of those that would be accepted.
    pub(super) fn vouched(self, delivery: &Delivery<'_>, terms: &Terms<'_>) -> Refusal {
        let Refused { refusal, options } = self;
        let Some((first, _)) = options.first() else { return *refusal };
        let found = options.iter().find(|(_, attempt)| attempt.passes(delivery, terms));
        match found {
            Some((nearest, _)) => Refusal { nearest: Some(nearest.clone()), ..*refusal },
            // What is wrong with a name is worth telling where more than that is wrong.
            None if refusal.why == Business::NameNotStandard => {
                let told = |detail: &Message| {
                    let difference = &first.difference;
                    Message::pair(
                        format!("{} {}", detail.ja, difference.ja),
                        format!("{} {}", detail.en, difference.en),
                    )
                };
                Refusal { detail: refusal.detail.as_ref().map(told), nearest: None, ..*refusal }
            }
            None => Refusal { nearest: None, ..*refusal },
        }
    }
}
