using HwBridge.Core.Bls;
using HwBridge.Core.Signing;
using HwBridge.SigningBridge.Requests;

namespace HwBridge.SigningBridge.Web3Signer;

/// <summary>One request of Web3Signer's shape, decoded.</summary>
/// <param name="Key">Who signs.</param>
/// <param name="Root">What is signed.</param>
/// <param name="Wish">What it is, in words.</param>
internal sealed record ConsensusSignature(BlsPublicKey Key, SigningRoot Root, SignatureWish Wish);
