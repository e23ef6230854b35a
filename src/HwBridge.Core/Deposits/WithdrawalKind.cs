namespace HwBridge.Core.Deposits;

/// <summary>To whom a validator's money goes: the first byte of its withdrawal credentials.</summary>
public enum WithdrawalKind
{
    /// <summary>0x00: to the holder of a BLS key, who must name an address once before anything is paid out.</summary>
    BlsKey = 0,

    /// <summary>0x01: to an address of the execution layer; what exceeds 32 ETH is paid out to it.</summary>
    Address = 1,

    /// <summary>0x02: to an address of the execution layer; rewards are kept up to 2048 ETH (EIP-7251).</summary>
    Compounding = 2,
}
